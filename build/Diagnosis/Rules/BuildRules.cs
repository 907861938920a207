using PhasedRollout.Rollouts;
using static PhasedRollout.Rollouts.FailureClass;

namespace PhasedRollout.Diagnosis.Rules;

/// <summary>What builders and package managers say: the Docker builder, pip, npm, yarn, pnpm, apt, apk, gcc, make, Maven, Gradle, dotnet, Go, Cargo,
/// Composer and Bundler.</summary>
internal static class BuildRules
{
    private const string Reach =
        "let containers of the engine's host resolve and reach it (DNS in /etc/docker/daemon.json, proxy as build arguments), then "
        + "deploy again";

    private const string FixCode = "correct the code at that place, and push it";

    /// <summary>Of what a build is made from: the Dockerfile, the repository, and whoever keeps it.</summary>
    public static readonly FailureRule[] Sources =
    [
        new("builder-dockerfile", DockerfileMissing, "dockerfile-missing",
            "Cannot locate specified Dockerfile: {file}", "unable to evaluate symlinks in Dockerfile path",
            "failed to read dockerfile: open {*}/buildkit-mount{code}/{file}: no such file",
            "failed to read dockerfile: open {file}: no such file", "failed to read dockerfile: {why}")
        {
            Cause = "the builder found no Dockerfile in the context[ ({file})]",
            Remedy = "correct services.{service}.build.dockerfile, or commit the file",
            Examples =
            [
                "Cannot locate specified Dockerfile: Dockerfile",
                "failed to solve: failed to read dockerfile: open Dockerfile: no such file or directory",
            ],
        },
        new("builder-ref", BuildContextNotFound, "unknown-ref",
            "couldn't find remote ref {ref}", "Remote branch {ref} not found in upstream", "pathspec {ref} did not match any",
            "repository does not contain ref {ref}")
        {
            Cause = "the repository has no ref {ref}",
            Remedy = "correct the ref after # in services.{service}.build.context",
            Examples = ["fatal: couldn't find remote ref refs/heads/staging"],
        },
        new("builder-folder", BuildContextNotFound, "unknown-path",
            "docker-build-git{*}: no such file or directory", "unable to find subdirectory {path}", "subdirectory {path} does not exist",
            "lstat {path}: no such file or directory{*}context", "unable to prepare context: path {path} not found")
        {
            Cause = "the repository has no such folder[ {path}] at the ref",
            Remedy = "correct the path after the colon in services.{service}.build.context",
            Examples =
            [
                "error: stat /var/lib/docker/tmp/docker-build-git123/services/brain: no such file or directory",
                "unable to prepare context: path \"./api\" not found",
            ],
        },
        new("builder-repository", BuildContextNotFound, "unknown-repository",
            "fatal: repository {url} not found", "remote: Repository not found", "fatal: repository {url} does not exist",
            "does not appear to be a git repository")
        {
            Cause = "the repository[ {url}] does not exist, or is private",
            Remedy = "correct its address, or give a token that may read it (GITHUB_TOKEN)",
            Examples = ["remote: Repository not found.", "fatal: repository 'https://github.com/acme/shop.git/' not found"],
        },
        new("github-name", GitHubUnavailable, "unknown-host",
            "unable to access 'https://github.com{*}Could not resolve host", "Could not resolve host: github.com",
            "lookup github.com{*}no such host", "Failed to connect to github.com port {port}", "ssh: Could not resolve hostname github.com")
        {
            Cause = "github.com cannot be reached from where it is needed",
            Remedy = "let this machine (and, for a RUN git clone, the containers of the engine's host) resolve and reach github.com",
            NextCommand = "curl -I https://github.com",
            Examples = ["fatal: unable to access 'https://github.com/acme/shop.git/': Could not resolve host: github.com"],
        },
        new("github-limit", GitHubUnavailable, "rate-limit",
            "API rate limit exceeded for {name}", "You have exceeded a secondary rate limit",
            "You have triggered an abuse detection mechanism", "403 rate limit exceeded")
        {
            Cause = "GitHub has no requests left for this machine or token",
            Remedy = "give a token (GITHUB_TOKEN: 5000 requests an hour instead of 60), or wait for the reset that the answer names",
            NextCommand = "curl -sI https://api.github.com/rate_limit",
            Examples =
            [
                "API rate limit exceeded for 203.0.113.7. (But here's the good news: Authenticated requests get a higher rate limit.)",
            ],
        },
        new("github-down", GitHubUnavailable, "server-error",
            "github.com{*}The requested URL returned error: 50{code}", "GitHub is temporarily unavailable", "remote: Internal Server Error",
            "Unicorn! · GitHub")
        {
            Cause = "GitHub answers with an error of its own",
            Remedy = "look at https://www.githubstatus.com and run the same command again",
            NextCommand = "curl -s https://www.githubstatus.com/api/v2/status.json",
            Examples = ["fatal: unable to access 'https://github.com/acme/shop.git/': The requested URL returned error: 503"],
        },
        new("github-password", CredentialsRejected, "token-refused",
            "remote: Invalid username or password", "fatal: Authentication failed for {url}",
            "Support for password authentication was removed", "could not read Username for {url}", "Bad credentials",
            "remote: Write access to repository not granted", "Permission denied (publickey)")
        {
            Cause = "the git server rejects the credentials[ for {url}], or there are none",
            Remedy = "give a token that may read the repository (GITHUB_TOKEN with contents: read)",
            Examples =
            [
                "fatal: Authentication failed for 'https://github.com/acme/shop.git/'",
                "fatal: could not read Username for 'https://github.com': terminal prompts disabled",
            ],
        },
        new("secret-pushed", SecretExposed, "secret-in-repository",
            "GITHUB PUSH PROTECTION", "Push cannot contain secrets", "leaks found: {code}", "Secret detected{*}", "gitleaks{*}leaks found")
        {
            Cause = "a secret stands in the repository",
            Remedy = "revoke it where it is valid, take it out of the history (git filter-repo), and give it as a variable or secret",
            Certainty = Certainty.Likely,
            Examples = ["remote: error: GH013: - GITHUB PUSH PROTECTION", "12:00PM WRN leaks found: 2"],
        },
    ];

    public static readonly FailureRule[] Builder =
    [
        new("builder-platform", ImageUnavailable, "no-platform",
            "no match for platform in manifest", "no matching manifest for {platform}", "does not match the detected host platform")
        {
            Cause = "its base image has no variant for the platform[ {platform}]",
            Remedy = "take a base image or tag that has one, or set services.{service}.platform",
            Examples =
            [
                "no match for platform in manifest: not found",
                "no matching manifest for linux/arm64/v8 in the manifest list entries",
            ],
        },
        new("builder-base", ImageUnavailable, "image-not-found",
            "manifest for {image} not found", "{image}: failed to resolve source metadata for {name}: {*}not found",
            "failed to resolve source metadata for {image}: {*}not found", "manifest unknown", "{image}: not found: manifest",
            "failed to resolve source metadata for {image}")
        {
            Cause = "its base image {image} does not exist",
            Remedy = "correct the FROM line, or make the image available to the engine (docker load)",
            NextCommand = "docker pull {image}",
            Examples = ["manifest for python:3.99 not found: manifest unknown: manifest unknown"],
        },
        new("builder-client", BuildFailure, "build-secret", "no active sessions")
        {
            Cause = "the step asks whoever builds for a secret or an ssh agent (RUN --mount=type=secret or ssh), and nobody answers the builder here",
            Remedy = "fetch what is private before the build, or take it from an image that is built elsewhere (COPY --from)",
            Examples = ["no active sessions"],
        },
        new("builder-layer", ImageUnavailable, "layer-broken", "failed commit on ref {layer}: {why}", "failed size validation: {why}", "unexpected commit digest {why}")
        {
            Cause = "a layer of its base image did not arrive whole[: {why}]",
            Remedy = "deploy again; when it stays so, a proxy or mirror between the engine and the registry gives something else than was asked for",
            Examples = ["failed commit on ref \"layer-sha256:0c1d\": \"layer-sha256:0c1d\" failed size validation: 1048576 != 31366757: failed precondition"],
        },
        new("builder-base-refused", ImageUnavailable, "registry-refused",
            "pull access denied for {image}", "failed to authorize: {why}", "insufficient_scope: authorization failed")
        {
            Cause = "its base image[ {image}] does not exist, or its registry refuses it",
            Remedy = "correct the FROM line, or log in on the engine's host (docker login)",
            NextCommand = "docker login",
            Examples = ["pull access denied for acme/base, repository does not exist or may require 'docker login'"],
        },
        new("builder-limit", ImageUnavailable, "rate-limit", "toomanyrequests")
        {
            Cause = "its base image cannot be pulled: the registry has no pulls left for this machine",
            Remedy = "wait, or log in on the engine's host (docker login)",
            NextCommand = "docker login",
            Examples = ["toomanyrequests: You have reached your pull rate limit."],
        },
        new("builder-registry", ImageUnavailable, "registry-unreachable",
            "Get \"https://{registry}/v2/{*}\": {why}", "Get https://{registry}/v2/{*}: {why}", "Head \"https://{registry}/v2/{*}\": {why}",
            "failed to do request: Head \"https://{registry}/v2/{*}\": {why}")
        {
            Cause = "its base image cannot be pulled: {registry} cannot be reached from the engine[ ({why})]",
            Remedy = "let the engine's host reach {registry} (DNS, proxy, firewall), or load the image there (docker load)",
            Examples = ["Get \"https://registry-1.docker.io/v2/\": dial tcp: lookup registry-1.docker.io: no such host"],
        },
        new("builder-copy", BuildFailure, "copy-missing",
            "COPY failed: {why}", "ADD failed: {why}", "failed to compute cache key: {*}\"{path}\": not found",
            "failed to compute cache key: \"{path}\" not found", "failed to compute cache key: {*}buildkit-mount{*}: lstat {*}/buildkit-mount{code}/{path}: no such file",
            "failed to calculate checksum of ref {ref}: \"{path}\": not found", "failed to compute cache key: {why}",
            "COPY --from={from}: {why}", "invalid from flag value {from}: {why}")
        {
            Cause = "COPY finds no such file[: {path}][: {why}]",
            Remedy =
                "correct the path in COPY (it is relative to the context services.{service}.build.context), commit the file, or see "
                + ".dockerignore",
            Examples =
            [
                "COPY failed: file not found in build context or excluded by .dockerignore: stat requirements.txt: file does not exist",
                "failed to compute cache key: failed to calculate checksum of ref abc: \"/requirements.txt\": not found",
            ],
        },
        new("builder-instruction", BuildFailure, "dockerfile-syntax", "unknown instruction: {word}")
        {
            Cause = "the Dockerfile has an unknown instruction {word}",
            Remedy = "correct the line; where it stands in a heredoc, the engine is too old for it: use 23.0 or newer, or a first line '# syntax=docker/dockerfile:1'",
            Examples = ["dockerfile parse error line 7: unknown instruction: RUNN"],
        },
        new("builder-buildkit", BuildFailure, "buildkit-needed", "the --{option} option requires BuildKit", "requires BuildKit. Refer to")
        {
            Cause = "the Dockerfile needs BuildKit[ (--{option})]",
            Remedy = "let the engine build with BuildKit (features.buildkit in its daemon.json), or write the Dockerfile without it",
            Examples =
            [
                "the --mount option requires BuildKit. Refer to https://docs.docker.com/go/buildkit/ to learn how to build images with BuildKit enabled",
            ],
        },
        new("builder-syntax", BuildFailure, "dockerfile-syntax",
            "dockerfile parse error line {line}: {why}", "dockerfile parse error on line {line}: {why}",
            "failed to parse Dockerfile: {why}", "no build stage in current context", "failed to process {why}",
            "target stage {why} could not be found", "the Dockerfile cannot be empty", "failed to reach build target {why} in Dockerfile")
        {
            Cause = "the Dockerfile does not parse[ at line {line}][: {why}]",
            Remedy = "correct that line",
            Examples =
            [
                "dockerfile parse error on line 3: ENV must have two arguments",
                "failed to reach build target final in Dockerfile",
            ],
        },
        new("builder-memory", OutOfMemory, "build-out-of-memory",
            "JavaScript heap out of memory", "signal \"SIGKILL\"", "signal: 9, SIGKILL", "signal: killed",
            "Killed signal terminated program {name}", "virtual memory exhausted", "java.lang.OutOfMemoryError", "Cannot allocate memory",
            "exit code: 137", "returned a non-zero code: 137", "did not complete successfully: exit code: 137",
            "GC overhead limit exceeded", "npm error signal SIGKILL", "npm ERR! signal SIGKILL", "LLVM ERROR: out of memory",
            "Gradle build daemon disappeared unexpectedly")
        {
            Cause = "the build step got no more memory and was killed",
            Remedy =
                "give the engine's host more memory or swap, build fewer services at once (--parallelism 1), or lower what the step "
                + "takes (NODE_OPTIONS=--max-old-space-size, make -j1, -Xmx)",
            NextCommand = "free -m",
            Certainty = Certainty.Likely,
            Examples =
            [
                "error Command failed with signal \"SIGKILL\".",
                "g++: fatal error: Killed signal terminated program cc1plus",
                "The command '/bin/sh -c npm run build' returned a non-zero code: 137",
            ],
        },
        new("builder-name", BuildFailure, "package-index-unreachable",
            "Temporary failure resolving '{host}'", "Could not resolve host: {host}", "Could not resolve '{host}'",
            "Could not resolve hostname", "getaddrinfo ENOTFOUND {host}", "getaddrinfo EAI_AGAIN {host}",
            "lookup {host} on {*}: no such host", "lookup {host}: no such host", "lookup {host} on {*}: server misbehaving",
            "Unknown host {host}", "> {host}: Temporary failure in name resolution", "> {host}: Name or service not known",
            "UnknownHostException: {host}", "getaddrinfo for {host} failed", "Could not reach host {host}",
            "Name or service not known ({host}:{port})", "HTTPSConnectionPool(host='{host}', port={port}): Max retries exceeded",
            "WARNING: fetching {url}: temporary error (try again later)", "WARNING: Retrying{*}NewConnectionError",
            "Temporary failure in name resolution", "NewConnectionError", "wget: bad address '{host}'", "bad address '{host}'",
            "TLS handshake timeout", "network is unreachable", "fetch failed{*}ENOTFOUND", "request to {url} failed, reason: {why}",
            "Connection timed out", "Read timed out", "ETIMEDOUT",
            "ECONNRESET", "Could not transfer artifact {name} from", "Could not GET '{url}'", "Downloading from {url} failed: {why}",
            "failed to download from `{url}`", "spurious network error")
        {
            Cause = "the build cannot reach {host|url|=its package index}",
            Remedy = Reach,
            Certainty = Certainty.Likely,
            Examples =
            [
                "W: Failed to fetch http://deb.debian.org/debian/dists/bookworm/InRelease  Temporary failure resolving 'deb.debian.org'",
                "npm error network request to https://registry.npmjs.org/ms failed, reason: getaddrinfo ENOTFOUND registry.npmjs.org",
            ],
        },
    ];

    public static readonly FailureRule[] Packages =
    [
        new("pip-version", BuildFailure, "package-version",
            "Could not find a version that satisfies the requirement {package}", "No matching distribution found for {package}",
            "because {package} was not found in the package registry and you require", "Because there is no version of {package}")
        {
            Cause = "the package index has no version of {package} that fits (the Python of the image decides too)",
            Remedy =
                "correct the pinned version of {package} in requirements.txt or pyproject.toml (pip index versions lists them), or the "
                + "Python version in FROM",
            Examples =
            [
                "ERROR: Could not find a version that satisfies the requirement fastapi==99.0 (from versions: 0.1.0, 0.2.0)",
                "ERROR: No matching distribution found for fastapi==99.0",
            ],
        },
        new("pip-conflict", BuildFailure, "dependency-conflict",
            "ResolutionImpossible", "because these package versions have conflicting dependencies", "conflicting dependencies",
            "version solving failed", "Cannot install {package} and {*} because")
        {
            Cause = "the Python requirements contradict each other[ ({package})]",
            Remedy = "loosen one of the pinned versions that the output names (pip install with only the direct ones, then pip freeze)",
            Examples = ["ERROR: ResolutionImpossible: for help visit https://pip.pypa.io/en/latest/topics/dependency-resolution/"],
        },
        new("pip-python", BuildFailure, "runtime-version",
            "requires a different Python: {version} not in {wanted}", "requires Python {wanted} but the running Python is {version}",
            "The current project's Python requirement {wanted} is not compatible", "No interpreter found for Python {wanted} in")
        {
            Cause = "a package wants Python {wanted}[ and the image has {version}]",
            Remedy = "take a Python {wanted} in FROM, or an older version of the package",
            Examples = ["ERROR: Package 'shop' requires a different Python: 3.8.18 not in '>=3.11'"],
        },
        new("pip-file", BuildFailure, "copy-missing",
            "Could not open requirements file: {*}'{path}'", "Directory '.' is not installable", "does not appear to be a Python project",
            "Could not open requirements file")
        {
            Cause = "pip finds no[ {path}] requirements or project file in the image",
            Remedy = "COPY {path} before RUN pip install, relative to services.{service}.build.context",
            Examples = ["ERROR: Could not open requirements file: [Errno 2] No such file or directory: 'requirements.txt'"],
        },
        new("pip-syntax", BuildFailure, "package-syntax",
            "Invalid requirement: {why}", "Invalid version: '{why}'", "error in {package} setup command: {why}", "TOMLDecodeError: {why}")
        {
            Cause = "pip cannot read a requirement: {why}",
            Remedy = "correct that line (name==version)",
            Examples = ["ERROR: Invalid requirement: 'fastapi=1.0' (from line 1 of requirements.txt)"],
        },
        new("pip-managed", BuildFailure, "runtime-version", "externally-managed-environment")
        {
            Cause = "the base image's Python belongs to its distribution, and pip may not install into it",
            Remedy = "make a virtual environment (RUN python3 -m venv /venv; ENV PATH=/venv/bin:$PATH), or take FROM python:…",
            Examples = ["error: externally-managed-environment"],
        },
        new("pip-hash", BuildFailure, "lock-file",
            "poetry.lock is not up to date",
            "pyproject.toml changed significantly since poetry.lock was last generated", "The lockfile at `uv.lock` needs to be updated",
            "Your Pipfile.lock {*} is out of date")
        {
            Cause = "the lock file does not fit the requirements",
            Remedy = "make the lock file again (poetry lock, uv lock, pipenv lock, pip-compile) and commit it",
            Examples =
            [
                "pyproject.toml changed significantly since poetry.lock was last generated. Run `poetry lock` to fix the lock file.",
            ],
        },
        new("npm-missing", BuildFailure, "package-not-found",
            "npm error code E404", "npm ERR! code E404", "ERR_PNPM_FETCH_404{*}GET {url}", "Couldn't find package {package} on the",
            "{package}: No candidates found", "npm error 404{why}", "npm ERR! 404{why}")
        {
            Cause = "npm finds no such package or version[: {package}][: {url}][:{why}]",
            Remedy = "correct the name or version in package.json; a private one needs its registry and token in .npmrc",
            Examples =
            [
                "npm error code E404",
                "npm ERR! 404 Not Found - GET https://registry.npmjs.org/nope - Not found",
                "error Couldn't find package \"nope\" on the \"npm\" registry.",
            ],
        },
        new("npm-version", BuildFailure, "package-version",
            "No matching version found for {package}", "Couldn't find any versions for {package} that matches {version}",
            "npm error code ETARGET", "npm ERR! code ETARGET", "ERR_PNPM_NO_MATCHING_VERSION")
        {
            Cause = "npm finds no version[ {package}][ that matches {version}] that fits",
            Remedy = "correct the version in package.json (npm view <name> versions lists them) and commit the lock file",
            Examples =
            [
                "npm error notarget No matching version found for express@99.0.0.",
                "error Couldn't find any versions for \"express\" that matches \"99.0.0\"",
            ],
        },
        new("npm-conflict", BuildFailure, "dependency-conflict", "ERESOLVE", "ERR_PNPM_PEER_DEP_ISSUES")
        {
            Cause = "npm's dependencies contradict each other (ERESOLVE)",
            Remedy = "loosen one of the versions in package.json that the output names, or RUN npm ci --legacy-peer-deps",
            Examples = ["npm ERR! ERESOLVE unable to resolve dependency tree"],
        },
        new("npm-lock", BuildFailure, "lock-file",
            "can only install with an existing package-lock", "package.json and package-lock.json{*}in sync",
            "Your lockfile needs to be updated, but yarn was run with", "ERR_PNPM_NO_LOCKFILE", "ERR_PNPM_OUTDATED_LOCKFILE",
            "ERR_PNPM_FROZEN_LOCKFILE", "The lockfile would have been modified by this install",
            "lockfile had changes, but lockfile is frozen", "npm error code EUSAGE", "npm ERR! code EUSAGE",
            "ERR_PNPM_LOCKFILE_BREAKING_CHANGE")
        {
            Cause =
                "the lock file is missing or does not fit package.json, and the step (npm ci, --frozen-lockfile, --immutable) needs "
                + "one that does",
            Remedy = "run npm install (yarn install, pnpm install) and commit the lock file, and COPY it beside package.json",
            Examples =
            [
                "npm ERR! The `npm ci` command can only install with an existing package-lock.json",
                "error Your lockfile needs to be updated, but yarn was run with `--frozen-lockfile`.",
            ],
        },
        new("npm-engine", BuildFailure, "runtime-version",
            "EBADENGINE Unsupported engine", "npm error code EBADENGINE", "npm ERR! code EBADENGINE",
            "The engine \"node\" is incompatible with this module. Expected version {wanted}. Got {version}", "ERR_PNPM_UNSUPPORTED_ENGINE",
            "You are using Node.js {version}. For Next.js, Node.js version {wanted} is required",
            "error:0308010C:digital envelope routines::unsupported")
        {
            Cause = "a package wants another Node than the image's[: {wanted}, not {version}]",
            Remedy = "take the Node that \"engines\" asks for in FROM (node:22), or versions of the packages that fit",
            Examples =
            [
                "npm error code EBADENGINE",
                "error foo@1.0.0: The engine \"node\" is incompatible with this module. Expected version \">=20\". Got \"18.20.0\"",
                "Error: error:0308010C:digital envelope routines::unsupported",
            ],
        },
        new("npm-login", CredentialsRejected, "token-refused",
            "npm error code E401", "npm ERR! code E401", "npm error code E403", "npm ERR! code E403", "npm error code ENEEDAUTH",
            "ERR_PNPM_FETCH_401", "ERR_PNPM_FETCH_403", "Failed to replace env in config: ${{name}}")
        {
            Cause = "the npm registry refuses the token, or there is none",
            Remedy = "give a valid token to the build (//registry/:_authToken in .npmrc through a build secret)",
            Examples = ["npm error code E401"],
        },
        new("npm-json", BuildFailure, "package-syntax",
            "EJSONPARSE", "JSON.parse Invalid package.json{why}", "Failed to parse package.json")
        {
            Cause = "package.json does not parse[{why}]",
            Remedy = "correct package.json (a comma too many, a quotation mark too few)",
            Examples = ["npm error code EJSONPARSE"],
        },
        new("npm-file", BuildFailure, "copy-missing",
            "Could not read package.json", "ENOENT: no such file or directory, open '{path}package.json'", "ERR_PNPM_NO_PKG_MANIFEST",
            "error Couldn't find a package.json file in {path}", "error Directory {path} doesn't exist")
        {
            Cause = "npm finds no package.json in the image",
            Remedy = "COPY package.json and the lock file before RUN npm ci, relative to services.{service}.build.context, and see WORKDIR",
            Examples = ["npm error enoent Could not read package.json: Error: ENOENT: no such file or directory, open '/app/package.json'"],
        },
        new("npm-script", BuildFailure, "command-not-found",
            "Missing script: {name}", "error Command {name} not found.", "ERR_PNPM_NO_SCRIPT")
        {
            Cause = "package.json has no script[ {name}]",
            Remedy = "add \"{name}\" to scripts in package.json, or correct RUN",
            Examples = ["npm error Missing script: \"build\""],
        },
        new("apt-package", BuildFailure, "package-not-found",
            "E: Unable to locate package {package}", "E: Package {package} has no installation candidate",
            "E: Couldn't find any package by glob {package}")
        {
            Cause = "apt knows no package {package}",
            Remedy = "RUN apt-get update in the same step, and correct the package's name for this release of the base image",
            Examples = ["E: Unable to locate package libpq-develop", "E: Package 'python3.13' has no installation candidate"],
        },
        new("apk-package", BuildFailure, "package-not-found",
            "{package} (no such package)", "No match for argument: {package}",
            "Unable to find a match: {package}")
        {
            Cause = "the distribution knows no package[ {package}]",
            Remedy = "RUN apk update (dnf makecache) in the same step, and correct the package's name for this release of the base image",
            Examples = ["  libpq-develop (no such package):"],
        },
        new("apt-version", BuildFailure, "package-version", "E: Version {version} for {package} was not found", "breaks: world[{package}]")
        {
            Cause = "the distribution has no {package}[ {version}]",
            Remedy = "correct or drop the pinned version (apt-cache policy, apk policy say what there is)",
            Examples = ["E: Version '1.0' for 'curl' was not found"],
        },
        new("apt-release", BuildFailure, "package-index-unreachable",
            "E: The repository {url} does not have a Release file", "E: The repository '{url} {*}' no longer has a Release file",
            "404 Not Found [IP: {host}", "E: Failed to fetch {url}", "does not have a Release file",
            "Release file for {url} is not valid yet", "Release file for {url} is expired", "NO_PUBKEY {key}")
        {
            Cause = "apt cannot use its package index[ {url}]: it is gone, too old, or not signed by a known key",
            Remedy =
                "take a base image of a release that is still served (archive.debian.org for old ones), RUN apt-get update in the same "
                + "step, or import the key",
            Examples =
            [
                "E: The repository 'http://deb.debian.org/debian stretch Release' does not have a Release file.",
                "E: Failed to fetch http://deb.debian.org/debian/pool/main/c/curl/curl_7.74.0-1.3_amd64.deb  404  Not Found [IP: 199.232.1.1 80]",
            ],
        },
        new("apt-conflict", BuildFailure, "dependency-conflict",
            "E: Unable to correct problems, you have held broken packages", "The following packages have unmet dependencies")
        {
            Cause = "the distribution's packages contradict each other",
            Remedy =
                "drop the pinned versions and foreign repositories of that step, or take a base image of the release that they were "
                + "made for",
            Examples = ["E: Unable to correct problems, you have held broken packages."],
        },
        new("apt-lock", BuildFailure, "package-lock", "E: Could not get lock {path}", "Unable to acquire the dpkg frontend lock")
        {
            Cause = "another package manager holds its lock[ {path}]",
            Remedy = "let one RUN step install packages at a time, and keep /var/lib/dpkg out of shared cache mounts (sharing=locked)",
            Examples = ["E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 31846 (apt-get)"],
        },
        new("compiler-header", BuildFailure, "missing-tool",
            "fatal error: {name}: No such file or directory", "cannot find -l{name}", "Error: pg_config executable not found",
            "pg_config executable not found", "Package {name} was not found in the pkg-config search path", "No package '{name}' found",
            "Could NOT find {name} (missing", "openssl/ssl.h", "mysql_config: not found", "pkg-config: not found",
            "Can't find the '{name} header")
        {
            Cause = "a package is compiled and the header or library {name} is missing in the image",
            Remedy =
                "install the -dev package that holds it in an earlier step (libpq-dev, build-essential, pkg-config …), or take "
                + "ready-made packages (psycopg2-binary)",
            Examples =
            [
                "src/db.c:1:10: fatal error: libpq-fe.h: No such file or directory",
                "/usr/bin/ld: cannot find -lssl: No such file or directory",
                "Error: pg_config executable not found.",
            ],
        },
        new("compiler", BuildFailure, "missing-tool",
            "error: command '{tool}' failed: No such file", "unable to execute '{tool}'", "gyp ERR! find Python",
            "gyp ERR! stack Error: not found: {tool}", "linker `{tool}` not found", "failed to find tool. Is `{tool}` installed",
            "No CMAKE_CXX_COMPILER could be found", "No acceptable C compiler found", "no acceptable C compiler found in $PATH",
            "C compiler cannot create executables", "^{tool}: not found", "make: {tool}: No such file or directory",
            "exec: \"{tool}\": executable file not found{*}cgo", "cgo: C compiler {tool} not found", "error: command '{tool}' failed",
            "ERROR: Failed to build gem native extension")
        {
            Cause = "a package is compiled and {tool|=a compiler} fails or is missing",
            Remedy =
                "install the compiler and headers in the image (apt-get install build-essential python3; apk add build-base), or take "
                + "a base image with ready-made packages",
            Examples = ["error: command 'gcc' failed: No such file or directory", "gyp ERR! find Python"],
            Rank = RuleRank.Symptom,
        },
        new("maven-artifact", BuildFailure, "package-version",
            "Could not find artifact {package} in", "Could not find {package}.", "Failure to find {package} in",
            "The following artifacts could not be resolved: {package}", "Could not resolve {package}.",
            "Plugin [id: {package}, version: {version}] was not found")
        {
            Cause = "Maven or Gradle finds no artifact {package}",
            Remedy = "correct group, name and version in pom.xml or build.gradle, or add the repository that has it",
            Rank = RuleRank.Symptom,
            Examples =
            [
                "[ERROR] Could not find artifact com.nope:nope:jar:9.9 in central (https://repo.maven.apache.org/maven2)",
                "> Could not find com.nope:nope:9.9.",
            ],
        },
        new("maven-offline", BuildFailure, "package-index-unreachable",
            "Cannot access {name} ({url}) in offline mode", "No cached version of {package} available for offline mode")
        {
            Cause = "Maven or Gradle builds offline and has not what it needs[ ({package})]",
            Remedy = "take -o (--offline) out of the RUN line, or RUN mvn dependency:go-offline before",
            Examples =
            [
                "[ERROR] Cannot access central (https://repo.maven.apache.org/maven2) in offline mode and the artifact org.apache.maven.plugins:maven-resources-plugin:pom:2.6 has not been downloaded from it before.",
            ],
        },
        new("maven-pom", BuildFailure, "copy-missing",
            "there is no POM in this directory", "does not contain a Gradle build",
            "Could not find or load main class org.gradle.wrapper.GradleWrapperMain",
            "Error: Unable to access jarfile {*}gradle-wrapper.jar")
        {
            Cause = "Maven or Gradle finds no project in the image",
            Remedy = "COPY pom.xml (build.gradle, gradle/wrapper) before the RUN line, and see WORKDIR and .dockerignore",
            Examples = ["[ERROR] The goal you specified requires a project to execute but there is no POM in this directory (/app)."],
        },
        new("nuget-index", BuildFailure, "package-index-unreachable", "Unable to load the service index for source {url}")
        {
            Cause = "the build cannot reach the package index {url}",
            Remedy = Reach,
            Certainty = Certainty.Likely,
            Rank = RuleRank.Symptom,
            Examples = ["/src/Shop.csproj : error NU1301: Unable to load the service index for source https://api.nuget.org/v3/index.json."],
        },
        new("nuget", BuildFailure, "package-version",
            "error {nuget}: {why}")
        {
            Cause = "NuGet cannot restore ({nuget}): {why}",
            Remedy =
                "correct the package's name or version in the project (Directory.Packages.props), commit packages.lock.json, or add "
                + "its source in nuget.config",
            Examples =
            [
                "/src/app.csproj : error NU1101: Unable to find package Nope. No packages exist with this id in source(s): nuget.org",
            ],
        },
        new("msbuild-file", BuildFailure, "missing-file",
            "error MSB3202: The project file {path} was not found", "error MSB1009: {why}", "error MSB1003: {why}", "error MSB4025: {why}",
            "error MSB4019: The imported project {path} was not found")
        {
            Cause = "the project file [{path} ]is not in the image[: {why}]",
            Remedy =
                "COPY it before dotnet restore (relative to services.{service}.build.context), or build the project instead of the "
                + "solution",
            Examples =
            [
                "error MSB3202: The project file \"/src/docker-compose.dcproj\" was not found. [/src/Shop.sln]",
                "MSBUILD : error MSB1003: Specify a project or solution file.",
            ],
        },
        new("dotnet-sdk", BuildFailure, "runtime-version",
            "error NETSDK1045: {why}", "A compatible .NET SDK was not found", "error NETSDK1005: {why}",
            "The current .NET SDK does not support targeting {why}")
        {
            Cause = "the image's .NET SDK is not the one that the project wants[: {why}]",
            Remedy = "take the SDK image of TargetFramework (or of global.json) in FROM",
            Examples = ["error NETSDK1045: The current .NET SDK does not support targeting .NET 9.0."],
        },
        new("compile-error", BuildFailure, "compile-error",
            "error {compiler}: {why}", "error[{error}]: {why}", "COMPILATION ERROR", "Compilation failure", "cannot find symbol",
            "SyntaxError: {why}", "IndentationError: {why}", "Type error: {why}", "Failed to compile",
            "Rollup failed to resolve import {module}", "Module not found: Error: Can't resolve {module}",
            "Module not found: Can't resolve {module}", "error during build: {why}", "declared but not used", "declared and not used",
            "undefined: {name}", "import cycle not allowed", "error: incompatible types: {why}", "PHP Parse error: {why}", "Compilation failed; see the compiler error",
            "error: {why} undeclared", "error: expected {why}", "^e: {why}", "ERROR in {why}", "fatal error {error}: {why}")
        {
            Cause = "the code does not compile[ ({error})][ ({compiler})][: {why}][: {module} cannot be resolved][: {name} is undefined]",
            Remedy = FixCode,
            Examples =
            [
                "Program.cs(3,5): error CS1002: ; expected [/src/app.csproj]",
                "error[E0308]: mismatched types",
                "./main.go:2:22: undefined: y",
                "Module not found: Error: Can't resolve './api' in '/app/src'",
            ],
        },
        new("msbuild", BuildFailure, "step-failed", "error MSB{code}: {why}", "error NETSDK{code}: {why}")
        {
            Cause = "the .NET build fails: {why}",
            Remedy = "correct what the line says in the project file, or COPY what it misses",
            Certainty = Certainty.Likely,
            Rank = RuleRank.Symptom,
            Examples = ["error NETSDK1004: Assets file '/src/obj/project.assets.json' not found. Run a NuGet package restore to generate this file."],
        },
        new("go-module", BuildFailure, "package-version",
            "no required module provides package {package}", "cannot find module providing package {package}",
            "unknown revision {revision}", "no matching versions for query {revision}", "cannot find main module",
            "does not contain main module", "missing go.sum entry for module providing package {package}", "missing go.sum entry",
            "updates to go.mod needed", "inconsistent vendoring", "go.mod file not found")
        {
            Cause = "Go finds no module[ {package}][: revision {revision} is unknown]: go.mod or go.sum does not fit the code",
            Remedy = "run go mod tidy, commit go.mod and go.sum, and COPY both before RUN go build",
            Examples =
            [
                "main.go:2:8: no required module provides package github.com/nope/nope; to add it:",
                "go: github.com/lib/pq@v9.9.9: invalid version: unknown revision v9.9.9",
            ],
        },
        new("go-version", BuildFailure, "runtime-version",
            "go.mod requires go >= {wanted} (running go {version}", "invalid go version '{wanted}'", "requires go >= {wanted}",
            "note: module requires Go {wanted}", "package {name} is not in GOROOT", "package {name} is not in std",
            "rustc {version} is not supported by", "requires rustc {wanted}", "feature `edition2024` is required",
            "this version of Cargo is older than the `{wanted}` edition")
        {
            Cause = "the code wants a newer compiler than the image's[: {wanted}]",
            Remedy = "take a base image with that version in FROM (golang:…, rust:…), or lower it in go.mod (Cargo.toml)",
            Examples =
            [
                "go: errors parsing go.mod: /src/go.mod:2: invalid go version '1.23.0': must match format 1.23",
                "go: go.mod requires go >= 1.24 (running go 1.22.5; GOTOOLCHAIN=local)",
            ],
        },
        new("cargo-crate", BuildFailure, "package-version",
            "no matching package named {package} found", "failed to select a version for {package}",
            "failed to select a version for the requirement `{package}", "failed to get {package} as a dependency of",
            "could not find `Cargo.toml` in {path}")
        {
            Cause = "Cargo finds no crate or version[ {package}]",
            Remedy = "correct Cargo.toml, commit Cargo.lock, and COPY both before RUN cargo build",
            Rank = RuleRank.Symptom,
            Examples = ["error: no matching package named `serde` found"],
        },
        new("cargo-lock", BuildFailure, "lock-file",
            "the lock file {path} needs to be updated but --locked was passed",
            "cannot update the lock file {path} because --locked was passed")
        {
            Cause = "Cargo.lock does not fit Cargo.toml",
            Remedy = "run cargo update --workspace and commit Cargo.lock",
            Examples = ["error: the lock file /src/Cargo.lock needs to be updated but --locked was passed to prevent this"],
        },
        new("composer", BuildFailure, "package-version",
            "Your requirements could not be resolved to an installable set of packages",
            "Root composer.json requires {package}, it could not be found", "Root composer.json requires {package} {*} found",
            "Composer could not find a composer.json file",
            "Your lock file does not contain a compatible set of packages")
        {
            Cause = "Composer cannot install what composer.json requires[: {package}]",
            Remedy =
                "correct the version in composer.json, docker-php-ext-install the extension in an earlier step, take the PHP that it "
                + "wants in FROM, and commit composer.lock",
            Rank = RuleRank.Symptom,
            Examples = ["Your requirements could not be resolved to an installable set of packages."],
        },
        new("bundler", BuildFailure, "package-version",
            "Could not find gem {package}", "Bundler could not find compatible versions for gem {package}",
            "Could not find compatible versions", "Your Ruby version is {version}, but your Gemfile specified {wanted}",
            "Could not locate Gemfile")
        {
            Cause =
                "Bundler cannot install the Gemfile's gems[: {package}][: it wants Ruby {wanted}, and the image has {version}]",
            Remedy =
                "correct the Gemfile, take its Ruby in FROM, install the headers that native gems need, and commit "
                + "Gemfile.lock",
            Examples =
            [
                "Could not find gem 'rails (= 99)' in rubygems repository https://rubygems.org/ or installed locally.",
                "Your Ruby version is 3.1.2, but your Gemfile specified 3.3.0",
            ],
        },
        new("build-module", BuildFailure, "missing-module",
            "No module named {name}", "Error: Cannot find module '{name}'", "Cannot find package '{name}'",
            "Could not load the \"{name}\" module using the",
            "cannot load such file -- {name}")
        {
            Cause = "the step's program finds no module {name}",
            Remedy = "add it to the requirements or package.json, and install it in a step before",
            Rank = RuleRank.Symptom,
            Examples = ["ModuleNotFoundError: No module named 'Cython'"],
        },
        new("build-program", BuildFailure, "command-not-found",
            "executable file not found in $PATH", "sh: {code}: {name}: not found", "sh: {name}: not found", "{name}: command not found",
            "exec: {name}: executable file not found", "{name}: not found", "env: {name}: No such file or directory")
        {
            Cause = "the image has no program[ {name}]",
            Remedy = "install it in an earlier step, or correct its name",
            Rank = RuleRank.Symptom,
            Examples = ["/bin/sh: pip: not found", "sh: 1: tsc: not found"],
        },
        new("build-rights", BuildFailure, "permission-denied",
            "{why}: Permission denied", "PermissionError: {why}", "EACCES: {why}", "Permission denied: {why}")
        {
            Cause = "the step may not do what it tries: {why}",
            Remedy = "put USER after the steps that need root, COPY --chown the files, or git update-index --chmod=+x the script",
            Rank = RuleRank.Symptom,
            Examples = ["/bin/sh: 1: ./gradlew: Permission denied"],
        },
        new("build-make", BuildFailure, "missing-file",
            "No rule to make target {name}", "No such file or directory: {name}", "can't open file '{name}'",
            "cannot stat '{name}': No such file", "pattern {name}: no matching files found", "can't cd to {name}", "No makefile found")
        {
            Cause = "the step finds no {name} in the image",
            Remedy = "COPY it before this step (see .dockerignore), or correct the path and WORKDIR",
            Rank = RuleRank.Symptom,
            Examples = ["make: *** No rule to make target 'all'.  Stop.", "cp: cannot stat 'dist': No such file or directory"],
        },
        new("build-tests", BuildFailure, "tests-failed",
            "FAILED (failures={code}", "{code} failed, {*} passed in", "There are test failures", "Tests failed",
            "Test Suites: {code} failed", "There were failing tests", "--- FAIL: {name}")
        {
            Cause = "tests that the build runs have failed",
            Remedy = "correct the code or the test, or do not run tests in the image's build",
            Examples = ["Test Suites: 1 failed, 3 passed, 4 total", "--- FAIL: TestShop (0.00s)"],
        },
        new("build-error", BuildFailure, "step-failed",
            "^ERROR: {why}", "^E: {why}", "^error: {why}", "^fatal: {why}", "npm ERR! {why}", "npm error {why}", "^[ERROR] {why}",
            "^error {why}", "^Error: {why}")
        {
            Cause = "{why}",
            Remedy = "correct what the line says",
            Certainty = Certainty.Likely,
            Rank = RuleRank.LastResort,
            Examples = ["ERROR: something that nobody has seen before"],
        },
    ];
}
