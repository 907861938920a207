namespace PhasedRollout.Reports.Pages;

/// <summary>A page that loads nothing and runs nothing; well-formed as XML too.</summary>
internal static class Page
{
    public static string Render(string title, Html body) => Html.Of($"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
        <meta name="referrer" content="no-referrer" />
        <meta name="color-scheme" content="light dark" />
        <title>{title}</title>
        <style>{Html.Trusted(HtmlStyle.Css)}</style>
        </head>
        <body>
        {body}
        </body>
        </html>

        """).ToString();
}
