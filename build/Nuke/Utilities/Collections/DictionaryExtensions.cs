namespace Nuke.Common.Utilities.Collections;

/// <summary>Fluent additions to dictionaries, as summaries use them.</summary>
public static class DictionaryExtensions
{
    /// <summary>Adds a pair and gives the dictionary back.</summary>
    public static Dictionary<TKey, TValue> AddPair<TKey, TValue>(this Dictionary<TKey, TValue> dictionary, TKey key, TValue value)
        where TKey : notnull
    {
        ArgumentNullException.ThrowIfNull(dictionary);
        dictionary.Add(key, value);
        return dictionary;
    }

    /// <summary>Adds a pair whose value becomes text, and gives the dictionary back.</summary>
    public static Dictionary<TKey, string> AddPair<TKey, TValue>(this Dictionary<TKey, string> dictionary, TKey key, TValue value)
        where TKey : notnull
    {
        ArgumentNullException.ThrowIfNull(dictionary);
        dictionary.Add(key, Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture) ?? "");
        return dictionary;
    }
}
