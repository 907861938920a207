using PhasedRollout.Rollouts;
using static PhasedRollout.Rollouts.FailureClass;

namespace PhasedRollout.Diagnosis.Rules;

/// <summary>What the tools of a build say more exactly than <see cref="BuildRules"/>, and therefore before it: certificates and logins of package
/// indexes, versions of run-times, lock files, and variables that a build has not.</summary>
internal static class BuildToolRules
{
    public static readonly FailureRule[] Tools =
    [
        new("build-index-login", CredentialsRejected, "token-refused",
            "status code: 401{*}", "Received status code 401 from server", "Response status code does not indicate success: 401",
            "Could not authenticate against {host}", "401 Client Error: Unauthorized for url: {url}", "HTTP error 401 while getting {url}", "error: 401 Unauthorized",
            "invalid status code 401 for {url}")
        {
            Cause = "a package index[ ({url})] refuses the credentials of the build, or there are none",
            Remedy =
                "give the build a token that may read that index (as a build secret: RUN --mount=type=secret for settings.xml, "
                + "nuget.config, pip.conf, .netrc)",
            Certainty = Certainty.Likely,
            Examples =
            [
                "[ERROR] Could not transfer artifact com.acme:core:pom:1 from/to nexus (https://nexus.example.org/maven): status code: 401, reason phrase: Unauthorized (401)",
                "error NU1301: Response status code does not indicate success: 401 (Unauthorized).",
            ],
        },
        new("build-tls", BuildFailure, "tls",
            "Get \"https://{host}/{*}: x509: certificate {why}", "tls: failed to verify certificate: {why}",
            "x509: certificate signed by unknown authority",
            "SELF_SIGNED_CERT_IN_CHAIN", "self-signed certificate in certificate chain", "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
            "UNABLE_TO_VERIFY_LEAF_SIGNATURE", "PKIX path building failed", "SSL certificate problem: {why}", "CERTIFICATE_VERIFY_FAILED",
            "The remote certificate is invalid", "NU1301:{*}The SSL connection could not be established", "invalid peer certificate: {why}",
            "server certificate verification failed", "Certificate verification failed: The certificate is NOT trusted")
        {
            Cause = "the build does not trust the certificate of {host|=its package index}[: {why}]",
            Remedy =
                "install ca-certificates in that stage; when a proxy or an index of your own signs with its own authority, COPY that "
                + "certificate to /usr/local/share/ca-certificates and RUN update-ca-certificates before this step (NODE_EXTRA_CA_CERTS, "
                + "PIP_CERT and keytool for tools with a store of their own)",
            Certainty = Certainty.Likely,
            Examples =
            [
                "go: github.com/acme/x@v1.5.1: Get \"https://proxy.golang.org/github.com/acme/x/@v/v1.5.1.mod\": x509: certificate signed by unknown authority",
                "npm error code SELF_SIGNED_CERT_IN_CHAIN",
                "error NU1301:   The remote certificate is invalid because of errors in the certificate chain: UntrustedRoot",
            ],
        },
        new("build-index-down", BuildFailure, "package-index-unreachable",
            "temporary error (try again later)", "The requested URL returned error: 50{code}", "server returned error: HTTP/1.1 50{code}",
            "status code: 50{code}", "gpg: keyserver receive failed: {why}", "npm error code E50{code}", "npm ERR! code E50{code}")
        {
            Cause = "a server that the build downloads from does not serve it now[: {why}]",
            Remedy = "run the same command again later; let containers of the engine's host reach that server, or take a mirror of it",
            Certainty = Certainty.Likely,
            Examples =
            [
                "WARNING: updating and opening https://dl-cdn.alpinelinux.org/alpine/v3.18/main: temporary error (try again later)",
                "gpg: keyserver receive failed: No route to host",
            ],
        },
        new("build-download", BuildFailure, "package-not-found",
            "curl: (22) The requested URL returned error: 404", "ERROR 404: Not Found", "server returned error: HTTP/1.1 404")
        {
            Cause = "what the step downloads is not at its address (404)",
            Remedy = "correct the address or the version in that RUN line; releases are moved or taken down",
            Rank = RuleRank.Symptom,
            Examples = ["curl: (22) The requested URL returned error: 404", "2025-01-01 10:00:00 ERROR 404: Not Found."],
        },
        new("python-no-version", BuildFailure, "package-version",
            "depends on {package} {*}which doesn't match any", "Because there are no versions of {package}")
        {
            Cause = "there is no version of {package} that fits what pyproject.toml asks for",
            Remedy = "correct that version in pyproject.toml (poetry add, uv add), and commit the lock file",
            Examples = ["Because shop depends on flask-cors (^93.0.6) which doesn't match any versions, version solving failed."],
        },
        new("python-own-package", BuildFailure, "missing-file", "No file/folder found for package {package}", "Readme file does not exist: {path}",
            "failed to open file `{path}`: No such file or directory")
        {
            Cause = "the project's own[ package {package}][ file {path}] is not in the image when it is installed",
            Remedy =
                "COPY the code before that step, or install only what it needs there (poetry install --no-root, uv sync "
                + "--no-install-project)",
            Rank = RuleRank.Symptom,
            Examples = ["Warning: The current project could not be installed: No file/folder found for package activity-playground"],
        },
        new("python-setuptools", BuildFailure, "missing-module", "No module named 'pkg_resources'", "No module named 'setuptools'",
            "No module named 'distutils'")
        {
            Cause = "a package is built with setuptools in a way that the image's Python or setuptools no longer has: {line_itself}",
            Remedy =
                "take a newer version of the package or an older Python in FROM; else install \"setuptools<81\" before it, and build it without "
                + "isolation (pip install --no-build-isolation, uv: [tool.uv.extra-build-dependencies])",
            Rank = RuleRank.Symptom,
            Examples = ["ModuleNotFoundError: No module named 'pkg_resources'"],
        },
        new("rust-for-python", BuildFailure, "missing-tool", "Cargo, the Rust package manager, is not installed", "can't find Rust compiler")
        {
            Cause = "a package is compiled with Rust, which the image does not have",
            Remedy =
                "take a version of the package that has a wheel for the image (newer pip, python:3.x-slim instead of alpine), or "
                + "install rustc and cargo",
            Examples = ["Cargo, the Rust package manager, is not installed or is not on PATH."],
        },
        new("rust-library", BuildFailure, "missing-tool",
            "Could not find directory of OpenSSL installation", "The system library {name} required by crate {crate} was not found",
            "Could not find `protoc` installation", "Unable to find libclang")
        {
            Cause = "a crate needs a system library[ ({name})] that the image does not have",
            Remedy =
                "install it with its headers before cargo build (apt-get install pkg-config libssl-dev; apk add openssl-dev musl-dev; "
                + "protobuf-compiler, libclang-dev)",
            Examples = ["Could not find directory of OpenSSL installation, and this `-sys` crate cannot"],
        },
        new("gradle-java", BuildFailure, "runtime-version", "Unsupported class file major version {classfile}", "has no compatible Java toolchain",
            "Could not determine java version from '{version}'", "invalid target release: {version}",
            "error: release version {version} not supported",
            "No matching toolchains found")
        {
            Cause =
                "the image's Java is not one that the build can work with[ ({version})][ (class file version {classfile}; 61 is Java "
                + "17, 65 is Java 21)]",
            Remedy = "take the JDK that the project is built with in FROM, or a Gradle (Maven, compiler plugin) that knows the image's",
            Examples = ["  General error during semantic analysis: Unsupported class file major version 61", "error: invalid target release: 21"],
        },
        new("composer-php", BuildFailure, "runtime-version", "requires php {wanted} -> your php version ({version}) does not satisfy",
            "requires php {*} -> your php version ({version}", "but your php version ({version}) does not satisfy")
        {
            Cause = "a package in composer.lock wants another PHP[ than the image's {version}]",
            Remedy = "take the PHP that it asks for in FROM, or run composer update with the image's PHP and commit composer.lock",
            Examples = ["    - symfony/string v7.3.3 requires php >=8.2 -> your php version (8.1.33) does not satisfy that requirement."],
        },
        new("composer-extension", BuildFailure, "missing-tool", "requires ext-{extension} {*} -> it is missing from your system",
            "requires PHP extension ext-{extension}")
        {
            Cause = "a package in composer.lock needs the PHP extension {extension}, which the image does not have",
            Remedy = "RUN docker-php-ext-install {extension} (with the -dev packages it needs) in an earlier step",
            Examples = ["    - rlanvin/php-ip v2.0.0 requires ext-gmp * -> it is missing from your system. Install or enable PHP's gmp extension."],
        },
        new("bundler-platform", BuildFailure, "lock-file", "Your bundle only supports platforms {*}", "Your bundle lock is for platforms")
        {
            Cause = "Gemfile.lock was written for another platform than the image's: {line_itself}",
            Remedy = "bundle lock --add-platform x86_64-linux aarch64-linux, and commit Gemfile.lock",
            Examples = ["Your bundle only supports platforms [\"x86_64-darwin-19\"] but your local platform"],
        },
        new("pnpm-configuration", BuildFailure, "lock-file", "The current \"{name}\" configuration doesn't match the value found in the lockfile",
            "ERR_PNPM_LOCKFILE_CONFIG_MISMATCH")
        {
            Cause = "pnpm-lock.yaml was written with other settings[ ({name})] than pnpm sees in the image",
            Remedy =
                "COPY pnpm-workspace.yaml, .npmrc and patches beside package.json before the step, and use the pnpm of \"packageManager\" "
                + "(corepack); else run pnpm install and commit pnpm-lock.yaml",
            Examples =
            [
                "[ERR_PNPM_LOCKFILE_CONFIG_MISMATCH] Cannot proceed with the frozen installation. The current \"overrides\" configuration doesn't match the value found in the lockfile",
            ],
        },
        new("package-integrity", BuildFailure, "lock-file", "EINTEGRITY", "THESE PACKAGES DO NOT MATCH THE HASHES",
            "Integrity check failed for {package}", "integrity checksum failed when using",
            "ERR_PNPM_TARBALL_INTEGRITY", "YN0018{*}checksum", "checksum mismatch", "the checksum for {package} changed")
        {
            Cause = "a package that was downloaded is not the one that the lock file names: its checksum differs",
            Remedy =
                "see whether the index was changed (a mirror, a package published again); else remove that entry, make the lock file "
                + "again and commit it",
            Certainty = Certainty.Likely,
            Examples = ["npm error code EINTEGRITY", "verifying github.com/acme/x@v1.0.0: checksum mismatch"],
        },
        new("build-variable", BuildFailure, "missing-variable",
            "^KeyError: '{variable}'", "environment variable {variable} is not set", "Environment variable not found: {variable}",
            "The SECRET_KEY setting must not be empty", "ImproperlyConfigured: Set the {variable} environment variable",
            "decouple.UndefinedValueError: {variable} not found", "Missing required environment variable: {variable}", "Missing `secret_key_base`",
            "{variable}: unbound variable", "{variable}: parameter not set", "{variable}: parameter null or not set",
            "Error: {variable} is not defined", "Invalid environment variables")
        {
            Cause = "the step's program wants the environment variable[ {variable}], which a build does not have",
            Remedy =
                "give it a value in that step (RUN {variable|=NAME}=placeholder …, or ARG and services.{service}.build.args): what stands under "
                + "environment is set only when the container runs; never a secret, it would stay in the image",
            Certainty = Certainty.Likely,
            Rank = RuleRank.Symptom,
            Examples = ["KeyError: 'DJANGO_SECRET_KEY'", "PrismaConfigEnvError: Environment variable not found: DATABASE_URL"],
        },
        new("build-marked-error", BuildFailure, "compile-error", "✘ [ERROR] {why}")
        {
            Cause = "the code does not build: {why}",
            Remedy = "correct the code or the setting that it names (angular.json for a budget), and push it",
            Rank = RuleRank.Symptom,
            Examples = ["✘ [ERROR] bundle initial exceeded maximum budget. Budget 1.00 MB was not met by 312.44 kB."],
        },
    ];
}
