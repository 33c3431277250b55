using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json.Nodes;
using FastRtspProxy.Operations.Configuration.Reading;

namespace FastRtspProxy.Operations.Configuration.Table;

/// <summary>A type of values with its reader and its writer.</summary>
/// <param name="name">See <see cref="ConfigType.Name"/>.</param>
/// <param name="remark">See <see cref="ConfigType.Remark"/>.</param>
/// <param name="read">The whole text or nothing, and then what would be right.</param>
/// <param name="write">What <paramref name="read"/> reads back; null: no text.</param>
internal sealed class TypeOf<T>(string name, string remark, TypeOf<T>.TryReadText read, Func<T, string?> write) : ConfigType(name, remark)
{
    internal delegate bool TryReadText(string text, [MaybeNullWhen(false)] out T value, out string error);

    public string? Write(T value) => write(value);

    /// <summary>The value of a whole text; false: it is none, and what would be right.</summary>
    public bool TryRead(string text, [MaybeNullWhen(false)] out T value, out string error) => read(text, out value, out error);

    /// <summary>What JSON has for it, without secrets; null: nothing.</summary>
    public JsonNode? Json(T value)
    {
        string? text = value is string whole && WithoutSecrets is { } without ? without(whole) : write(value);
        if (text is null || IsSecret)
        {
            return null;
        }

        if (JsonTypes.Contains("boolean"))
        {
            return text == "true";
        }

        bool isNumber = (JsonTypes.Contains("integer") || JsonTypes.Contains("number")) && value is not string;
        if (isNumber && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long whole64))
        {
            return whole64;
        }

        return isNumber && decimal.TryParse(text, NumberStyles.Number, CultureInfo.InvariantCulture, out decimal number) ? number
            : text is ['"', .., '"'] && value is not string ? text[1..^1] // as YAML needs it
            : text;
    }

    /// <summary>False when the node is no such value, which has been said then.</summary>
    public bool TryRead(ConfigNode node, string path, ConfigReading reading, [MaybeNullWhen(false)] out T value)
    {
        value = default!; // a null that the type takes
        if (node is ConfigScalar { IsNull: true } && TakesNull)
        {
            return true;
        }

        if (node is not ConfigScalar { IsNull: false } scalar)
        {
            reading.Error(node.Place, path, node is ConfigScalar
                ? "it has no value: write one, or take the key out"
                : $"this is {node.Kind}, and it has to be {(Remark.Length > 0 && Words.Count > 0 ? Remark : Name)}");
            return false;
        }

        bool holdsSecret = IsSecret || Mask(scalar.Written) != scalar.Written;
        if (!reading.TryResolve(scalar, path, holdsSecret, out string text))
        {
            return false;
        }

        if (read(text, out value, out string error))
        {
            return true;
        }

        reading.Wrong(scalar, path, error, IsSecret ? null : Mask);
        return false;
    }
}
