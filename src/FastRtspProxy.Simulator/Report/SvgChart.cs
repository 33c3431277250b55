using System.Globalization;
using System.Text;

namespace FastRtspProxy.Simulator.Report;

/// <summary>
/// A line chart as inline SVG, without any script: axes, grid, legend, curves. The page's style sheet gives text and grid their colours, so it
/// follows light and dark.
/// </summary>
internal sealed class SvgChart(string title, string xTitle, string yTitle)
{
    private const double Width = 620;
    private const double Height = 300;
    private const double Left = 62;
    private const double Right = 14;
    private const double Top = 44;
    private const double Bottom = 42;

    private readonly List<ChartSeries> _series = [];
    private double _xMin;
    private double _xMax;
    private double _yMin;
    private double _yMax;

    /// <summary>Y in powers of ten; for latencies, whose tail is what matters.</summary>
    public bool IsLogarithmic { get; init; }

    /// <summary>Named places on the X axis; null: numbers.</summary>
    public IReadOnlyList<(double X, string Name)>? Places { get; init; }

    public SvgChart Add(ChartSeries series)
    {
        _series.Add(series);
        return this;
    }

    public string Draw()
    {
        if (!_series.Exists(static one => one.Points.Count > 0))
        {
            return "";
        }

        FindRange();
        StringBuilder svg = new();
        svg.Append(Invariant($"<figure><svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"{HtmlText.Escape(title)}\">"));
        svg.Append(Invariant($"<text class=\"t\" x=\"{Left - 48}\" y=\"16\">{HtmlText.Escape(title)}</text>"));
        svg.Append(Invariant($"<text class=\"a\" x=\"{Left - 48}\" y=\"34\">{HtmlText.Escape(yTitle)}</text>"));
        svg.Append(Invariant($"<text class=\"a\" x=\"{Width - Right}\" y=\"{Height - 6}\" text-anchor=\"end\">{HtmlText.Escape(xTitle)}</text>"));
        DrawYAxis(svg);
        DrawXAxis(svg);
        foreach (ChartSeries series in _series)
        {
            DrawCurve(svg, series);
        }

        DrawLegend(svg);
        return svg.Append("</svg></figure>\n").ToString();
    }

    /// <summary>1, 2 or 5 times a power of ten, so that about so many steps fill a span.</summary>
    internal static double Step(double span, int steps)
    {
        double rough = span / Math.Max(1, steps);
        double power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        return (rough / power) switch { <= 1 => 1, <= 2 => 2, <= 5 => 5, _ => 10 } * power;
    }

    private void FindRange()
    {
        _xMin = double.MaxValue;
        _xMax = double.MinValue;
        double low = double.MaxValue;
        double high = double.MinValue;
        foreach ((double x, double y) in _series.SelectMany(static one => one.Points))
        {
            _xMin = Math.Min(_xMin, x);
            _xMax = Math.Max(_xMax, x);
            if (double.IsFinite(y) && (!IsLogarithmic || y > 0))
            {
                low = Math.Min(low, y);
                high = Math.Max(high, y);
            }
        }

        if (_xMax <= _xMin)
        {
            _xMax = _xMin + 1;
        }

        if (IsLogarithmic)
        {
            _yMin = Math.Floor(Math.Log10(low == double.MaxValue ? 1 : low));
            _yMax = Math.Max(_yMin + 1, Math.Ceiling(Math.Log10(high == double.MinValue ? 10 : high)));
        }
        else
        {
            _yMin = 0;
            double step = high <= 0 ? 1 : Step(high, 5);
            _yMax = high <= 0 ? 1 : Math.Ceiling(high / step) * step;
        }
    }

    private double X(double x) => Left + ((x - _xMin) / (_xMax - _xMin) * (Width - Left - Right));

    private double Y(double y)
    {
        double scaled = IsLogarithmic ? Math.Log10(y) : y;
        return Height - Bottom - ((scaled - _yMin) / (_yMax - _yMin) * (Height - Top - Bottom));
    }

    private void DrawYAxis(StringBuilder svg)
    {
        if (IsLogarithmic)
        {
            for (double power = _yMin; power <= _yMax; power++)
            {
                DrawYLine(svg, Math.Pow(10, power), "g");
                for (int i = 2; i <= 9 && power < _yMax; i++)
                {
                    double y = Y(i * Math.Pow(10, power));
                    svg.Append(Invariant($"<line class=\"m\" x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{y:0.#}\" y2=\"{y:0.#}\"/>"));
                }
            }

            return;
        }

        double step = Step(_yMax, 5);
        for (double value = 0; value <= _yMax + (step / 2); value += step)
        {
            DrawYLine(svg, value, "g");
        }
    }

    private void DrawYLine(StringBuilder svg, double value, string style)
    {
        double y = Y(value);
        svg.Append(Invariant($"<line class=\"{style}\" x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{y:0.#}\" y2=\"{y:0.#}\"/>"));
        svg.Append(Invariant($"<text class=\"a\" x=\"{Left - 6}\" y=\"{y + 4:0.#}\" text-anchor=\"end\">{Number(value)}</text>"));
    }

    private void DrawXAxis(StringBuilder svg)
    {
        if (Places is not null)
        {
            foreach ((double x, string name) in Places)
            {
                DrawPlace(svg, x, name);
            }

            return;
        }

        double step = Step(_xMax - _xMin, 8);
        for (double value = Math.Ceiling(_xMin / step) * step; value <= _xMax; value += step)
        {
            DrawPlace(svg, value, Number(value));
        }
    }

    private void DrawPlace(StringBuilder svg, double value, string name)
    {
        double x = X(value);
        svg.Append(Invariant($"<line class=\"g\" x1=\"{x:0.#}\" x2=\"{x:0.#}\" y1=\"{Top}\" y2=\"{Height - Bottom + 4}\"/>"));
        svg.Append(Invariant($"<text class=\"a\" x=\"{x:0.#}\" y=\"{Height - Bottom + 17}\" text-anchor=\"middle\">{HtmlText.Escape(name)}</text>"));
    }

    private void DrawCurve(StringBuilder svg, ChartSeries series)
    {
        StringBuilder path = new();
        bool drawing = false;
        double firstX = 0;
        double lastX = 0;
        foreach ((double px, double py) in series.Points)
        {
            if (!double.IsFinite(py) || (IsLogarithmic && py <= 0))
            {
                drawing = false;
                continue;
            }

            double x = X(px);
            path.Append(Invariant($"{(drawing ? 'L' : 'M')}{x:0.#} {Y(py):0.#}"));
            firstX = drawing || path.Length > 24 ? firstX : x;
            lastX = x;
            drawing = true;
        }

        if (path.Length == 0)
        {
            return;
        }

        if (series.Filled)
        {
            double floor = Height - Bottom;
            svg.Append(Invariant($"<path d=\"{path}L{lastX:0.#} {floor:0.#}L{firstX:0.#} {floor:0.#}Z\" fill=\"{series.Colour}\" opacity=\".14\"/>"));
        }

        svg.Append(Invariant($"<path d=\"{path}\" fill=\"none\" stroke=\"{series.Colour}\" stroke-width=\"1.8\" stroke-linejoin=\"round\"/>"));
    }

    private void DrawLegend(StringBuilder svg)
    {
        // From the right, so that the title keeps the left.
        const double CharacterWidth = 6.3;
        double x = Width - Right;
        for (int i = _series.Count - 1; i >= 0; i--)
        {
            ChartSeries series = _series[i];
            x -= series.Name.Length * CharacterWidth;
            svg.Append(Invariant($"<text class=\"a\" x=\"{x:0.#}\" y=\"34\">{HtmlText.Escape(series.Name)}</text>"));
            svg.Append(Invariant($"<line x1=\"{x - 20:0.#}\" x2=\"{x - 5:0.#}\" y1=\"30\" y2=\"30\" stroke=\"{series.Colour}\" stroke-width=\"3\"/>"));
            x -= 34;
        }
    }

    private static string Number(double value) => Math.Abs(value) switch
    {
        >= 1e6 => (value / 1e6).ToString("0.##", CultureInfo.InvariantCulture) + "M",
        >= 1e4 => (value / 1e3).ToString("0.##", CultureInfo.InvariantCulture) + "k",
        _ => value.ToString("0.######", CultureInfo.InvariantCulture),
    };

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
