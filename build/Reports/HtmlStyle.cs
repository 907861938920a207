namespace PhasedRollout.Reports;

/// <summary>How the HTML report looks: on a telephone, on paper, by day and by night.</summary>
internal static class HtmlStyle
{
    public const string Css = """

        :root { --paper: #fff; --ink: #1c2330; --quiet: #566073; --line: #d9dee7; --soft: #f4f6f9; --good: #116b34; --bad: #b3261e; --wait: #7a5300; --build: #2f5fb3; --link: #2f5fb3; }
        @media (prefers-color-scheme: dark) {
          :root { --paper: #12161d; --ink: #e6eaf2; --quiet: #9aa6b8; --line: #2d3644; --soft: #1b212b; --good: #6fd393; --bad: #ff8a80; --wait: #f0c060; --build: #7fa8f0; --link: #7fa8f0; }
        }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.55 system-ui, sans-serif; overflow-wrap: anywhere; }
        header, main, footer { max-width: 72rem; margin: 0 auto; padding: 1rem; }
        h1 { margin: 0; font-size: 1.6rem; }
        h2 { margin: 2rem 0 .6rem; padding-bottom: .25rem; border-bottom: 1px solid var(--line); font-size: 1.25rem; }
        h3 { margin: .8rem 0 .3rem; font-size: 1.05rem; }
        p { margin: .4rem 0; }
        code, pre { font-family: ui-monospace, "Cascadia Mono", Menlo, Consolas, monospace; font-size: .88em; }
        pre { margin: .5rem 0; padding: .7rem .9rem; background: var(--soft); border: 1px solid var(--line); border-radius: .4rem; white-space: pre-wrap; }
        .command { border-left: .3rem solid var(--good); }
        summary { cursor: pointer; color: var(--quiet); }
        ul, ol { padding-left: 1.4rem; }
        .plain { list-style: none; padding-left: 0; }
        .banner { margin-top: 1rem; border-left: .5rem solid var(--mood); background: var(--soft); border-radius: .5rem; }
        .succeeded { --mood: var(--good); } .failed, .rolled-back { --mood: var(--bad); } .cancelled { --mood: var(--wait); } .unchanged { --mood: var(--good); }
        .kind { margin: 0; color: var(--quiet); }
        .status { color: var(--mood); font-size: 1.3rem; font-weight: 700; }
        .banner dl { display: flex; flex-wrap: wrap; gap: .4rem 1.6rem; margin: .8rem 0 0; }
        .banner dt { color: var(--quiet); font-size: .8rem; }
        .banner dd { margin: 0; }
        .cause { margin: .8rem 0; padding: .2rem 1rem .6rem; border: 1px solid var(--line); border-left: .3rem solid var(--bad); border-radius: .4rem; }
        .lead { font-size: 1.08rem; }
        .badge { white-space: nowrap; font-weight: 600; }
        .ready, .healthy { color: var(--good); } .blocked, .certain, .badge.failed { color: var(--bad); } .badge.unknown, .likely, .running-unverified { color: var(--wait); }
        .commit { color: var(--quiet); font-size: .8rem; }
        .quiet { color: var(--quiet); font-size: .85rem; }
        a { color: inherit; text-decoration-color: var(--quiet); text-underline-offset: .15em; }
        :focus-visible { outline: .15rem solid var(--link); outline-offset: .15rem; }
        .cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(21rem, 100%), 1fr)); gap: .8rem; align-items: start; }
        .card { padding: .7rem 1rem; border: 1px solid var(--line); border-top: .25rem solid var(--line); border-radius: .5rem; }
        .card.good { border-top-color: var(--good); } .card.bad { border-top-color: var(--bad); } .card.wait { border-top-color: var(--wait); }
        .card h3 { margin: 0; } .card dl { margin: .5rem 0; }
        .card dl div { display: grid; grid-template-columns: 6rem 1fr; gap: .5rem; padding: .12rem 0; }
        .card dt { color: var(--quiet); font-size: .85rem; } .card dd { margin: 0; font-size: .92rem; }
        .badges { display: flex; flex-wrap: wrap; gap: .2rem .9rem; margin: .1rem 0; }
        .reason { font-size: .92rem; } .findings { padding-left: 1.1rem; font-size: .92rem; } .findings li + li { margin-top: .5rem; }
        .card pre { max-height: 24rem; overflow: auto; font-size: .78rem; }
        .timeline { list-style: none; padding-left: 0; margin-bottom: 0; }
        .timeline > li { padding: .1rem 0 .5rem .9rem; border-left: .25rem solid var(--mood, var(--line)); margin-bottom: .6rem; }
        .timeline h3 { margin-top: 0; }
        .under { padding-left: 1.15rem; }
        svg { display: block; overflow: visible; font: .8rem/1 system-ui, sans-serif; }
        svg text { fill: var(--ink); } svg text.quiet { fill: var(--quiet); font-size: .8rem; }
        .axis rect { fill: var(--quiet); } .axis .build, .axis .pull { fill: var(--build); } .axis .start { fill: var(--wait); } .axis .gate, .axis .whole { fill: var(--good); } .axis .undo { fill: var(--bad); }
        .rolled-back .axis .gate, .rolled-back .axis .whole, li.failed .axis .gate, li.failed .axis .whole { fill: var(--bad); }
        .scale line { stroke: var(--quiet); } .scale text { fill: var(--quiet); }
        .graph { max-width: 34rem; font-size: .9rem; }
        .graph path { fill: none; stroke: var(--line); stroke-width: 2; }
        .graph circle { fill: var(--paper); stroke: var(--quiet); stroke-width: 2; } .graph .good circle { stroke: var(--good); } .graph .bad circle { stroke: var(--bad); fill: var(--bad); }
        .graph .sign { font-size: .75rem; } .graph .good .sign { fill: var(--good); } .graph .bad .sign { fill: var(--paper); }
        .runs { list-style: none; padding-left: 0; }
        .runs > li { margin-bottom: .7rem; padding: .4rem 1rem; border: 1px solid var(--line); border-left: .4rem solid var(--mood, var(--line)); border-radius: .4rem; }
        .runs h2 { margin: 0; padding: 0; border: 0; font-size: 1.05rem; } .runs p { margin: .15rem 0; } .word { color: var(--mood); }
        footer { margin-top: 2rem; border-top: 1px solid var(--line); color: var(--quiet); }
        @media (max-width: 46rem) {
          header, main, footer { padding: .8rem; }
          h1 { font-size: 1.35rem; }
          .banner { margin: .5rem; }
          .scale .between { display: none; }
        }
        @media print {
          header, main, footer { max-width: none; padding: 0; }
          body { font-size: 10pt; }
          .cause, .card, .timeline > li, .runs > li, .graph { break-inside: avoid; }
          h2, h3 { break-after: avoid; }
          .cards { grid-template-columns: 1fr 1fr; }
          .card pre { max-height: none; overflow: visible; }
          .banner, .card, .axis rect, .graph circle { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
          .banner { padding: .6rem 1rem; margin: 0; }
          details::details-content { content-visibility: visible; display: block; height: auto; }
        }

        """;
}
