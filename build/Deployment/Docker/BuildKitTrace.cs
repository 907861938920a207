using Google.Protobuf;

namespace PhasedRollout.Deployment.Docker;

/// <summary>What BuildKit says of a build while it runs (moby/buildkit, <c>api/services/control/control.proto</c>, StatusResponse), as far as people
/// want to know it.</summary>
/// <param name="Vertexes">Steps that began, ended or were taken from the cache.</param>
/// <param name="Logs">What steps printed.</param>
internal sealed record BuildKitTrace(IReadOnlyList<BuildKitVertex> Vertexes, IReadOnlyList<BuildKitLog> Logs)
{
    /// <summary>Reads a message; null when it is none.</summary>
    public static BuildKitTrace? Parse(byte[] message)
    {
        var vertexes = new List<BuildKitVertex>();
        var logs = new List<BuildKitLog>();
        try
        {
            var input = new CodedInputStream(message);
            while (input.ReadTag() is var tag and not 0)
                switch (WireFormat.GetTagFieldNumber(tag))
                {
                    case 1:
                        vertexes.Add(BuildKitVertex.Read(input.ReadBytes().CreateCodedInput()));
                        break;
                    case 3:
                        logs.Add(BuildKitLog.Read(input.ReadBytes().CreateCodedInput()));
                        break;
                    default:
                        input.SkipLastField();
                        break;
                }
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }

        return new BuildKitTrace(vertexes, logs);
    }
}

/// <summary>A step of a build.</summary>
/// <param name="Digest">What it is known by.</param>
/// <param name="Name">What it does, such as <c>[build 2/5] RUN make</c>.</param>
/// <param name="IsCached">True when its result was there.</param>
/// <param name="HasStarted">True when it began.</param>
/// <param name="HasCompleted">True when it ended.</param>
/// <param name="Error">Why it failed; empty when it did not.</param>
internal sealed record BuildKitVertex(string Digest, string Name, bool IsCached, bool HasStarted, bool HasCompleted, string Error)
{
    internal static BuildKitVertex Read(CodedInputStream input)
    {
        var vertex = new BuildKitVertex("", "", false, false, false, "");
        while (input.ReadTag() is var tag and not 0)
            switch (WireFormat.GetTagFieldNumber(tag))
            {
                case 1:
                    vertex = vertex with { Digest = input.ReadString() };
                    break;
                case 3:
                    vertex = vertex with { Name = input.ReadString() };
                    break;
                case 4:
                    vertex = vertex with { IsCached = input.ReadBool() };
                    break;
                case 5:
                    vertex = vertex with { HasStarted = true };
                    input.SkipLastField();
                    break;
                case 6:
                    vertex = vertex with { HasCompleted = true };
                    input.SkipLastField();
                    break;
                case 7:
                    vertex = vertex with { Error = input.ReadString() };
                    break;
                default:
                    input.SkipLastField();
                    break;
            }

        return vertex;
    }
}

/// <summary>What a step printed at once: not a line, and perhaps not even whole characters.</summary>
/// <param name="Vertex">The step.</param>
/// <param name="Stream">1 for its output, 2 for its errors.</param>
/// <param name="Bytes">The bytes.</param>
internal sealed record BuildKitLog(string Vertex, int Stream, byte[] Bytes)
{
    internal static BuildKitLog Read(CodedInputStream input)
    {
        var log = new BuildKitLog("", 0, []);
        while (input.ReadTag() is var tag and not 0)
            switch (WireFormat.GetTagFieldNumber(tag))
            {
                case 1:
                    log = log with { Vertex = input.ReadString() };
                    break;
                case 3:
                    log = log with { Stream = (int)input.ReadInt64() };
                    break;
                case 4:
                    log = log with { Bytes = input.ReadBytes().ToByteArray() };
                    break;
                default:
                    input.SkipLastField();
                    break;
            }

        return log;
    }
}
