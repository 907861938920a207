using PhasedRollout.Rollouts;

namespace PhasedRollout.Deployment.Checks;

/// <summary>Are the external volumes there, and are those that exist what the file says?</summary>
internal static class VolumeCheck
{
    public static IEnumerable<Finding> Check(Rollout rollout, ObservedState observed)
    {
        foreach (var volume in rollout.Volumes.Values.OrderBy(volume => volume.Key, StringComparer.Ordinal))
        {
            var existing = observed.Volumes.FirstOrDefault(existing => existing.Name == volume.Name);
            if (existing is null && volume.External)
            {
                var command = $"docker volume create {volume.Name}";
                yield return About(volume, FailureClass.Unknown, Certainty.Certain, $"the external volume '{volume.Name}' does not exist", $"create it: {command}", command);
            }
            else if (!volume.External && volume.Driver is { } driver && existing?.Driver is { } other && other != driver)
            {
                yield return About(volume, FailureClass.Unknown, Certainty.Likely,
                    $"the volume '{volume.Name}' exists with the driver '{other}', and the file says '{driver}'; it is used as it is",
                    $"driver: {other}; or another name", $"docker volume inspect {volume.Name}");
            }
        }
    }

    private static Finding About(VolumeDefinition volume, FailureClass failure, Certainty certainty, string message, string suggestion, string command) => TextChecks.Located(
        new Finding(PreflightRules.External, failure, certainty, message, $"volumes/{volume.Key}", suggestion) { NextCommand = command }, volume.Location);
}
