using PhasedRollout.Contexts.Rules.Node;

namespace PhasedRollout.Tests.Contexts.Rules.Node;

public sealed class NodeCommandTests
{
    [Theory]
    [InlineData("npm run build", "npm build must")]
    [InlineData("NODE_ENV=production exec npm --silent run-script build -- --mode x", "npm build must")]
    [InlineData("/usr/local/bin/npm start", "npm start must")]
    [InlineData("npm test", "npm test must")]
    [InlineData("yarn build", "yarn build")]
    [InlineData("yarn run start:prod", "yarn start:prod")]
    [InlineData("pnpm run build", "pnpm build")]
    // May be a program of a package.
    [InlineData("yarn vite", null)]
    [InlineData("yarn run vite", null)]
    // Another project, or a script that may be missing.
    [InlineData("npm run build -w api", null)]
    [InlineData("npm --prefix web run build", null)]
    [InlineData("npm run build --if-present", null)]
    [InlineData("yarn --cwd web build", null)]
    [InlineData("pnpm -r run build", null)]
    [InlineData("pnpm --filter=api run build", null)]
    [InlineData("npm run", null)]
    [InlineData("npm run $SCRIPT", null)]
    [InlineData("npx build", null)]
    [InlineData("npm ci", "npm")]
    [InlineData("npm install --no-audit", "npm")]
    [InlineData("npm install typescript", null)]
    [InlineData("npm i -g typescript", null)]
    [InlineData("npm ci --omit=dev", "npm left")]
    [InlineData("npm ci --omit dev", "npm left")]
    [InlineData("npm install --only=production", "npm left")]
    [InlineData("npm ci --include=dev", "npm named")]
    [InlineData("npm install --production=false", "npm named")]
    [InlineData("npm ci --ignore-scripts", "npm quiet")]
    [InlineData("yarn", "yarn")]
    [InlineData("yarn --frozen-lockfile --production", "yarn left")]
    [InlineData("yarn install", "yarn")]
    [InlineData("yarn add x", null)]
    public void A_command_is_a_script_an_install_or_nothing(string text, string? meaning)
    {
        var command = NodeCommand.Read(text.Split(' '));
        var words = command is null ? null : string.Join(' ', new[]
        {
            command.Manager, command.Script, command.WantsScript ? "must" : null,
            command.LeavesDevelopmentOut ? "left" : command.NamesGroups ? "named" : null, command.IgnoresScripts ? "quiet" : null,
        }.OfType<string>());
        words.ShouldBe(meaning);
    }
}
