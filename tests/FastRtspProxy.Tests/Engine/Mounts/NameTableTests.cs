using FastRtspProxy.Engine.Mounts;

namespace FastRtspProxy.Tests.Engine.Mounts;

public sealed class NameTableTests
{
    /// <summary>The table by look-ups says what the comparison of each with each does.</summary>
    [Fact]
    public void TryAdd_NamesByChance_TakesThoseThatCollideWithNoneBefore()
    {
        Random random = new(7);
        string[] parts = ["a", "b", "a%62", "ab", "*"];
        for (int round = 0; round < 200; round++)
        {
            NameTable table = new();
            List<string> taken = [];
            for (int i = 0; i < 12; i++)
            {
                string name = string.Join('/', Enumerable.Range(0, random.Next(1, 4)).Select(_ => parts[random.Next(parts.Length)]));
                bool isApart = taken.TrueForAll(other => !MountNames.Collide(other, name));

                Assert.Equal(isApart, table.TryAdd(name, name, out string? holder));

                Assert.Equal(isApart, holder is null);
                if (isApart)
                {
                    taken.Add(name);
                }
                else
                {
                    Assert.True(MountNames.Collide(holder!, name), $"{name} does not collide with {holder}");
                }
            }
        }
    }
}
