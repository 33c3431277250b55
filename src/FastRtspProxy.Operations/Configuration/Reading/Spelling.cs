namespace FastRtspProxy.Operations.Configuration.Reading;

/// <summary>What somebody meant who mistyped a word.</summary>
internal static class Spelling
{
    /// <summary>Longer words are no keys, and comparing them costs the square of their length.</summary>
    private const int CharsMax = 40;

    /// <summary>The nearest of the words, when it is near: one change for each three letters, but one at least; null otherwise.</summary>
    public static string? Nearest(string word, IEnumerable<string> words)
    {
        if (word.Length > CharsMax)
        {
            return null;
        }

        string? nearest = null;
        int best = Math.Max(1, word.Length / 3) + 1;
        foreach (string candidate in words)
        {
            int distance = string.Equals(candidate, word, StringComparison.OrdinalIgnoreCase) ? 0 : Distance(word, candidate);
            if (distance < best)
            {
                best = distance;
                nearest = candidate;
            }
        }

        return nearest;
    }

    /// <summary>Letters to insert, take out, change, or exchange with their neighbour (optimal string alignment).</summary>
    public static int Distance(string one, string other)
    {
        int[,] cost = new int[one.Length + 1, other.Length + 1];
        for (int i = 0; i <= one.Length; i++)
        {
            cost[i, 0] = i;
        }

        for (int j = 0; j <= other.Length; j++)
        {
            cost[0, j] = j;
        }

        for (int i = 1; i <= one.Length; i++)
        {
            for (int j = 1; j <= other.Length; j++)
            {
                int change = one[i - 1] == other[j - 1] ? 0 : 1;
                cost[i, j] = Math.Min(Math.Min(cost[i - 1, j], cost[i, j - 1]) + 1, cost[i - 1, j - 1] + change);
                if (i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1])
                {
                    cost[i, j] = Math.Min(cost[i, j], cost[i - 2, j - 2] + 1);
                }
            }
        }

        return cost[one.Length, other.Length];
    }
}
