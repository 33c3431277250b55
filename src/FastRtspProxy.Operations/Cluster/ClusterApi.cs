using System.Text.Json;
using FastRtspProxy.Engine.Access;
using FastRtspProxy.Engine.Mounts;
using FastRtspProxy.Operations.Api;
using FastRtspProxy.Operations.Http;
using Microsoft.AspNetCore.Http;

namespace FastRtspProxy.Operations.Cluster;

/// <summary>Who owns what, for whoever asks by HTTP.</summary>
/// <param name="cluster">Null: there is none.</param>
internal sealed class ClusterApi(ClusterSide? cluster)
{
    private const string NoCluster = "This box reads all of its cameras itself; a section \"cluster\" in the configuration makes it one of several.";

    public IEnumerable<HttpRoute> Routes =>
    [
        new HttpRoute("GET", "/api/v1/cluster", AccessRights.Status, AnswerAsync) { IsOfEveryStream = true },
        new HttpRoute("POST", "/api/v1/streams/{name}/move", AccessRights.Api, MoveAsync),
    ];

    /// <summary>The owner of one stream, as a member of an object; nothing where there is no cluster, or it is not known.</summary>
    public static void WriteOwner(Utf8JsonWriter json, StreamOwner? known)
    {
        if (known is { Now: { Kind: not OwnershipKind.Unknown } owner })
        {
            json.WriteStartObject("cluster");
            json.WriteString("owner", owner.Node);
            json.WriteNumber("epoch", owner.Epoch);
            json.WriteBoolean("relayed", owner.Kind == OwnershipKind.Peer);
            if (known.Takeover is { } takeover)
            {
                json.WriteStartObject("takeover");
                WriteTakeover(json, takeover);
            }

            json.WriteEndObject();
        }
    }

    private async Task AnswerAsync(HttpExchange exchange)
    {
        if (ApiQuery.Of(exchange, out HttpProblem? wrong) is null)
        {
            await wrong!.WriteAsync(exchange.Context);
            return;
        }

        if (cluster is null)
        {
            await new HttpProblem(StatusCodes.Status404NotFound, "there is no cluster") { Detail = NoCluster }.WriteAsync(exchange.Context);
            return;
        }

        IReadOnlyList<ClusterMember> members = await cluster.Node.MembersAsync();
        await ApiAnswer.WriteAsync(exchange, StatusCodes.Status200OK, json => Write(json, members));
    }

    /// <summary>A stream of this box goes to another one that needs it: by hand, back to a box that has returned.</summary>
    private async Task MoveAsync(HttpExchange exchange)
    {
        string name = exchange.Name!;
        HttpProblem? problem = null;
        if (ApiQuery.Of(exchange, out problem) is not null)
        {
            problem = !exchange.MayFor(name) ? ApiProblems.NotForThisStream
                : cluster is null ? new HttpProblem(StatusCodes.Status404NotFound, "there is no cluster") { Detail = NoCluster }
                : await cluster.Node.MoveAsync(name) switch
                {
                    true => null,
                    false => NotMoved(cluster.Node, name),
                    null => ApiProblems.NoStream(name),
                };
        }

        if (problem is not null)
        {
            await problem.WriteAsync(exchange.Context);
            return;
        }

        exchange.Response.StatusCode = StatusCodes.Status202Accepted;
    }

    private static HttpProblem NotMoved(ClusterNode node, string stream) => new(StatusCodes.Status409Conflict, "this box cannot give the stream away")
    {
        Detail = node.OwnershipOf(stream) switch
        {
            { Kind: OwnershipKind.Peer } owner => $"Box {owner.Node} owns it. Remedy: ask that box.",
            { Kind: OwnershipKind.Own } => "There is no other box, or none that needs it.",
            _ => "No box owns it: nobody needs it.",
        },
    };

    private void Write(Utf8JsonWriter json, IReadOnlyList<ClusterMember> members)
    {
        ClusterNode node = cluster!.Node;
        KeyValuePair<string, CameraOwnership>[] streams = [.. node.Ownerships.OrderBy(static pair => pair.Key, StringComparer.Ordinal)];
        json.WriteStartObject();
        json.WriteString("name", cluster.Config.Name);
        json.WriteString("node", node.Name);
        json.WriteString("engine", cluster.Config.Engine.Kind == Configuration.Model.ClusterEngineKind.Etcd ? "etcd" : "static");
        json.WriteBoolean("engineUp", node.IsEngineUp);
        json.WriteBoolean("draining", node.Moves.IsOn);
        json.WriteStartArray("boxes");
        foreach (ClusterMember member in members.OrderBy(static member => member.Node, StringComparer.Ordinal))
        {
            json.WriteStartObject();
            json.WriteString("node", member.Node);
            json.WriteString("url", member.Url);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNumber("owned", streams.Count(static pair => pair.Value.Kind == OwnershipKind.Own));
        json.WriteNumber("relayed", streams.Count(static pair => pair.Value.Kind == OwnershipKind.Peer));
        json.WriteNumber("takeovers", node.Counters.Takeovers);
        if (node.Counters.LastTakeover is { } last)
        {
            json.WriteStartObject("lastTakeover");
            json.WriteString("stream", last.Stream);
            WriteTakeover(json, last);
        }

        json.WriteStartArray("streams");
        foreach ((string name, _) in streams)
        {
            json.WriteStartObject();
            json.WriteString("name", name);
            WriteOwner(json, node.OwnerOf(name));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>The rest of its object.</summary>
    private static void WriteTakeover(Utf8JsonWriter json, LastTakeover takeover)
    {
        json.WriteString("from", takeover.From);
        StreamJson.WriteTime(json, "at", takeover.At);
        json.WriteNumber("seconds", Math.Round(takeover.Took.TotalSeconds, 3));
        json.WriteEndObject();
    }
}
