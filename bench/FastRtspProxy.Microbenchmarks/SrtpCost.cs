using System.Globalization;

namespace FastRtspProxy.Microbenchmarks;

/// <summary>
/// <see cref="SrtpBenchmarks"/> by processor time, the suites by turns: for a machine that has other work, on which BenchmarkDotNet's times say nothing.
/// </summary>
internal static class SrtpCost
{
    private const int Rounds = 15;

    public static int Run(TextWriter output)
    {
        (string Suite, Action<SrtpBenchmarks> Prepare, Func<SrtpBenchmarks, int> Open)[] suites =
        [
            ("AES_CM_128_HMAC_SHA1_80", static one => one.PrepareAesCm128Tag80(), static one => one.Open_RtpPacket_AesCm128Sha1Tag80()),
            ("AES_CM_128_HMAC_SHA1_32", static one => one.PrepareAesCm128Tag32(), static one => one.Open_RtpPacket_AesCm128Sha1Tag32()),
            ("AES_256_CM_HMAC_SHA1_80", static one => one.PrepareAesCm256Tag80(), static one => one.Open_RtpPacket_AesCm256Sha1Tag80()),
            ("AES_256_CM_HMAC_SHA1_32", static one => one.PrepareAesCm256Tag32(), static one => one.Open_RtpPacket_AesCm256Sha1Tag32()),
            ("AEAD_AES_128_GCM", static one => one.PrepareAesGcm128(), static one => one.Open_RtpPacket_AesGcm128()),
            ("AEAD_AES_256_GCM", static one => one.PrepareAesGcm256(), static one => one.Open_RtpPacket_AesGcm256()),
        ];
        SrtpBenchmarks[] benchmarks = [.. suites.Select(static _ => new SrtpBenchmarks())];
        double[][] micros = [.. suites.Select(static _ => new double[Rounds])];
        for (int round = -2; round < Rounds; round++)
        {
            for (int i = 0; i < suites.Length; i++)
            {
                suites[i].Prepare(benchmarks[i]);
                TimeSpan before = Environment.CpuUsage.TotalTime;
                _ = suites[i].Open(benchmarks[i]);
                if (round >= 0)
                {
                    micros[i][round] = (Environment.CpuUsage.TotalTime - before).TotalMicroseconds / SrtpBenchmarks.Packets;
                }
            }
        }

        Array.ForEach(micros, Array.Sort);
        output.WriteLine("| suite | microseconds of processor time for a packet of 1400 bytes: median (least, most) | beside the first |\n| --- | --- | --- |");
        for (int i = 0; i < suites.Length; i++)
        {
            double median = micros[i][Rounds / 2];
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {suites[i].Suite} | {median:F2} ({micros[i][0]:F2}, {micros[i][^1]:F2}) | {median / micros[0][Rounds / 2]:F2} |"));
        }

        return 0;
    }
}
