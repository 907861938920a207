namespace PhasedRollout.Reports;

/// <summary>How the HTML report looks: on a telephone, on paper, by day and by night.</summary>
internal static class HtmlStyle
{
    public const string Css = """

        :root { --paper: #fff; --ink: #1c2330; --quiet: #566073; --line: #d9dee7; --soft: #f4f6f9; --good: #116b34; --bad: #b3261e; --wait: #7a5300; }
        @media (prefers-color-scheme: dark) {
          :root { --paper: #12161d; --ink: #e6eaf2; --quiet: #9aa6b8; --line: #2d3644; --soft: #1b212b; --good: #6fd393; --bad: #ff8a80; --wait: #f0c060; }
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
        table { width: 100%; border-collapse: collapse; }
        th, td { padding: .45rem .6rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
        thead th { color: var(--quiet); font-size: .82rem; overflow-wrap: normal; }
        .badge { white-space: nowrap; font-weight: 600; }
        .ready, .healthy { color: var(--good); } .blocked, .certain, .badge.failed { color: var(--bad); } .badge.unknown, .likely, .running-unverified { color: var(--wait); }
        .commit { color: var(--quiet); font-size: .8rem; }
        .timeline { list-style: none; padding-left: 0; }
        .timeline > li { position: relative; padding: 0 0 .8rem 1.5rem; border-left: .18rem solid var(--line); }
        .timeline > li::before { content: ""; position: absolute; left: -.55rem; top: .3rem; width: .9rem; height: .9rem; border-radius: 50%; background: var(--mood, var(--line)); }
        footer { margin-top: 2rem; border-top: 1px solid var(--line); color: var(--quiet); }
        @media (max-width: 46rem) {
          thead { display: none; }
          table, tbody, tr, th[scope=row], td { display: block; }
          tr { margin-bottom: .8rem; border: 1px solid var(--line); border-radius: .4rem; }
          th[scope=row] { background: var(--soft); }
          td { position: relative; border-bottom: 0; padding: .2rem .6rem .2rem 9.5rem; }
          td::before { content: attr(data-label); position: absolute; left: .6rem; color: var(--quiet); font-size: .82rem; }
        }
        @media print {
          header, main, footer { max-width: none; padding: 0; }
          .cause, tr, .timeline > li { break-inside: avoid; }
          details::details-content { content-visibility: visible; display: block; height: auto; }
        }

        """;
}
