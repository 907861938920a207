using PhasedRollout.Contexts;
using PhasedRollout.Contexts.Dockerfiles;
using PhasedRollout.Contexts.Packages;

namespace PhasedRollout.Tests.Contexts.Packages;

public class PackageInstallsTests
{
    private readonly RepositoryTree tree = MemoryRepository.Of(
        "app/requirements.txt", "app/requirements/prod.txt", "app/package.json", "app/package-lock.json", "app/yarn.lock", "app/src/Api/Api.csproj", "app/Shop.sln").Tree;

    [Theory]
    [InlineData("COPY requirements.txt /tmp/\nRUN pip install -r /tmp/requirements.txt", "app/requirements.txt")]
    [InlineData("COPY requirements.txt /tmp/r.txt\nRUN pip3 install -r /tmp/r.txt", "app/requirements.txt")]
    [InlineData("WORKDIR /app\nCOPY . /app\nRUN python -m pip install -q -r requirements/prod.txt", "app/requirements/prod.txt")]
    [InlineData("WORKDIR /app\nCOPY ./requirements requirements\nRUN cd requirements && pip install -rprod.txt", "app/requirements/prod.txt")]
    [InlineData("COPY requirements*.txt ./\nRUN [\"pip\", \"install\", \"--requirement=requirements.txt\"]", "app/requirements.txt")]
    [InlineData("RUN --mount=type=bind,source=requirements.txt,target=/tmp/r.txt uv pip install --system -r /tmp/r.txt", "app/requirements.txt")]
    [InlineData("WORKDIR /app\nCOPY package.json package-lock.json ./\nRUN npm ci", "app/package.json app/package-lock.json")]
    [InlineData("WORKDIR /app\nCOPY package.json .\nRUN npm install --no-audit", "app/package.json")]
    [InlineData("ENV HOME=/srv\nWORKDIR $HOME\nCOPY . .\nRUN yarn --frozen-lockfile", "app/package.json app/yarn.lock")]
    [InlineData("WORKDIR /src\nCOPY src/Api/*.csproj Api/\nRUN dotnet restore Api/Api.csproj", "app/src/Api/Api.csproj")]
    [InlineData("WORKDIR /src\nCOPY src/Api/Api.csproj .\nRUN dotnet restore", "app/src/Api/Api.csproj")]
    [InlineData("WORKDIR /src\nCOPY . .\nRUN dotnet publish Shop.sln -c Release -o /out", "app/Shop.sln")]
    public void The_files_that_a_command_installs_are_found_where_they_were_copied_from(string dockerfile, string files)
    {
        var install = Read(dockerfile).ShouldHaveSingleItem();
        install.IsCertain.ShouldBeTrue();
        install.Files.ShouldBe(files.Split(' '));
    }

    [Theory]
    [InlineData("COPY --from=other requirements.txt /tmp/\nRUN pip install -r /tmp/requirements.txt")]
    [InlineData("RUN pip install -r requirements.txt")]
    [InlineData("WORKDIR $UNKNOWN\nCOPY requirements.txt .\nRUN pip install -r requirements.txt")]
    [InlineData("COPY requirements.txt .\nWORKDIR /app\nRUN pip install -r requirements.txt")]
    [InlineData("COPY . .\nRUN pip install -r $FILE")]
    [InlineData("COPY . .\nRUN npm install --prefix web")]
    [InlineData("COPY . .\nRUN npm install -g typescript")]
    [InlineData("COPY . .\nRUN npm config set registry https://npm.acme.example && npm ci")]
    [InlineData("COPY . .\nRUN dotnet restore --source https://nuget.acme.example Shop.sln")]
    [InlineData("COPY . .\nRUN echo pip install -r requirements.txt")]
    public void Where_that_cannot_be_told_nothing_is_claimed(string dockerfile) => Read(dockerfile).ShouldBeEmpty();

    [Fact]
    public void A_stage_goes_on_where_the_one_below_ended()
    {
        var install = Read("WORKDIR /app\nCOPY requirements.txt .\nFROM base\nRUN pip install -r requirements.txt").ShouldHaveSingleItem();
        (install.Files[0], install.Line, install.Python).ShouldBe(("app/requirements.txt", 5, "3.12"));
    }

    private IReadOnlyList<PackageInstall> Read(string dockerfile)
    {
        var file = Dockerfile.Parse($"FROM python:3.12-slim AS base\n{dockerfile}\n");
        return [.. new PackageInstalls(EvaluatedDockerfile.Of(file, BuildInputs.None), tree, "app").Read()];
    }
}
