namespace Nuke.Common.Output;

internal static class PlanHtml
{
    public static string Write(PlanView plan) => $"<!doctype html><pre>{System.Net.WebUtility.HtmlEncode(PlanText.Write(plan, 100))}</pre>";
}
