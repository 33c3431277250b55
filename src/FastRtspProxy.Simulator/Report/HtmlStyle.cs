namespace FastRtspProxy.Simulator.Report;

/// <summary>The page's style sheet.</summary>
internal static class HtmlStyle
{
    public const string Css = """
        :root{color-scheme:light dark;--ink:#1c2126;--dim:#68727d;--back:#f5f6f8;--card:#fff;--line:#e3e6ea;--faint:#f1f3f5;--ok:#00795a;--bad:#c0392b}
        @media(prefers-color-scheme:dark){:root{--ink:#e4e8ec;--dim:#95a0ab;--back:#14171a;--card:#1d2125;--line:#30363c;--faint:#262b30;--ok:#2fc49a;--bad:#ff7a66}}
        *{box-sizing:border-box}
        body{margin:0 auto;max-width:1320px;padding:24px;font:15px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;color:var(--ink);background:var(--back)}
        header p{margin:2px 0}h1{font-size:24px;margin:0 0 6px;font-weight:600}h2{font-size:15px;margin:0 0 8px;font-weight:600}
        .dim,footer,small{color:var(--dim)}.ok{color:var(--ok)}.bad{color:var(--bad)}
        .tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(180px,1fr));gap:12px;margin:20px 0}
        .tiles div,figure,.table{background:var(--card);border:1px solid var(--line);border-radius:8px}
        .tiles div{padding:12px 14px;display:flex;flex-direction:column}.tiles span{color:var(--dim);font-size:13px}
        .tiles strong{font-size:25px;font-weight:600;font-variant-numeric:tabular-nums}.tiles .warn strong{color:var(--bad)}
        .charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,520px),1fr));gap:12px}
        figure{margin:0;padding:10px}svg{width:100%;height:auto;display:block}
        svg text{fill:var(--ink);font-family:inherit}svg .t{font-size:15px;font-weight:600}svg .a{font-size:12px;fill:var(--dim)}
        svg .g{stroke:var(--line)}svg .m{stroke:var(--faint)}
        .tables{display:flex;flex-wrap:wrap;gap:12px;margin-top:12px}.table{padding:14px;flex:1 1 auto;overflow-x:auto}
        table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
        th,td{text-align:left;padding:4px 14px 4px 0;border-bottom:1px solid var(--line);white-space:nowrap}th{color:var(--dim);font-weight:500;font-size:13px}
        tr:last-child td{border-bottom:0}footer{margin:16px 2px;font-size:13px}
        """;
}
