using PhasedRollout.Rollouts;
using static PhasedRollout.Rollouts.FailureClass;

namespace PhasedRollout.Diagnosis.Rules;

/// <summary>What the kernel, the C library and the shell say: disk, memory, rights, files, ports, programs.</summary>
internal static class SystemRules
{
    public const string FreeSpace = "free space there: docker system df shows what images and build cache hold, docker builder prune and docker image prune free it";

    /// <summary>In any output, of a build or of a program.</summary>
    public static readonly FailureRule[] Resources =
    [
        new("disk-full", DiskFull, "disk-full",
            "no space left on device", "disk quota exceeded", "ENOSPC", "have enough free space in {path}",
            "There is not enough space on the disk")
        {
            Cause = "no space is left on the target",
            Remedy = FreeSpace,
            NextCommand = "docker system df",
            Examples = ["OSError: [Errno 28] No space left on device", "E: You don't have enough free space in /var/cache/apt/archives/."],
        },
        new("inotify", CrashLoop, "limit",
            "System limit for number of file watchers reached", "EMFILE: too many open files", "too many open files",
            "inotify_init1: too many open files")
        {
            Cause = "the target allows it no more open files or file watchers",
            Remedy =
                "raise the limit on the target (sysctl fs.inotify.max_user_watches, fs.inotify.max_user_instances), or ulimits in the "
                + "compose file",
            Examples = ["Error: System limit for number of file watchers reached, watch '/app'", "accept: too many open files"],
        },
        new("architecture", CrashLoop, "wrong-architecture",
            "exec {path}: exec format error", "exec format error", "cannot execute binary file", "rosetta error", "qemu-x86_64: Could not open")
        {
            Cause = "its program[ {path}] cannot be run on the target: it is for another processor, or a script without #! in its first line (exec format error)",
            Remedy =
                "a script: begin it with #!/bin/sh; a program: build or take the image for the target's platform "
                + "(services.{service}.platform, FROM --platform=…)",
            Examples =
            [
                "exec /usr/local/bin/python: exec format error",
                "bash: line 1: /app/server: cannot execute binary file: Exec format error",
            ],
        },
    ];

    /// <summary>Of programs that start.</summary>
    public static readonly FailureRule[] AtStart =
    [
        new("memory-lock", CrashLoop, "permission-denied", "Failed to lock memory: {why}", "mlockall: {why}", "memory locking requested{*}but memory is not locked")
        {
            Cause = "it may not lock its memory: {why}",
            Remedy = "add cap_add: [IPC_LOCK] to services.{service} (and ulimits.memlock: -1), or turn the locking off in its configuration (disable_mlock)",
            Certainty = Certainty.Likely,
            Examples = ["Error initializing core: Failed to lock memory: cannot allocate memory"],
        },
        new("memory-refused", OutOfMemory, "runtime-memory", "Cannot allocate memory")
        {
            Cause = "it got no more memory from the system",
            Remedy = "raise services.{service}.mem_limit or free memory on the target, or let the program need less",
            Certainty = Certainty.Likely,
            Examples = ["fork: Cannot allocate memory"],
        },
        new("runtime-memory", OutOfMemory, "runtime-memory",
            "JavaScript heap out of memory", "java.lang.OutOfMemoryError", "^MemoryError", "System.OutOfMemoryException",
            "fatal error: runtime: out of memory", "Allowed memory size of {size} bytes exhausted",
            "numpy.core._exceptions._ArrayMemoryError", "failed to allocate memory (NoMemoryError)",
            "memory allocation of {size} bytes failed", "There is insufficient memory for the Java Runtime Environment")
        {
            Cause = "its run-time got no more memory",
            Remedy =
                "raise mem_limit and the run-time's own limit (NODE_OPTIONS=--max-old-space-size, -Xmx, memory_limit) under "
                + "services.{service}, or let it need less",
            Examples =
            [
                "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory",
                "PHP Fatal error:  Allowed memory size of 8388608 bytes exhausted (tried to allocate 2097152 bytes)",
            ],
        },
        new("killed", OutOfMemory, "out-of-memory",
            "Worker (pid:{pid}) was sent SIGKILL! Perhaps out of memory?", "Out of memory: Killed process {pid}", "oom-kill")
        {
            Cause = "the kernel killed one of its processes for its memory",
            Remedy = "raise mem_limit (deploy.resources.limits.memory) of services.{service}, or let it run fewer workers",
            Certainty = Certainty.Likely,
            Examples = ["[2024-01-01 00:00:00 +0000] [1] [ERROR] Worker (pid:9) was sent SIGKILL! Perhaps out of memory?"],
        },
        new("line-endings", CrashLoop, "line-endings",
            "bash\\r", "sh\\r: No such file", "python3\\r", "python\\r", "node\\r", "$'\\r': command not found", "set: Illegal option -{*}",
            "^M: bad interpreter", "\\r: not found")
        {
            Cause = "its start script has Windows line endings (CRLF)",
            Remedy =
                "write it with LF: `*.sh text eol=lf` in .gitattributes and git add --renormalize ., or RUN sed -i 's/\\r$//' on it in "
                + "the Dockerfile",
            Certainty = Certainty.Likely,
            Examples = ["/usr/bin/env: ‘bash\\r’: No such file or directory", "/app/start.sh: line 2: $'\\r': command not found"],
        },
        new("interpreter", CrashLoop, "command-not-found",
            "exec {path}: no such file or directory", "{path}: cannot execute: required file not found", "bad interpreter: {why}")
        {
            Cause =
                "its start command[ {path}] cannot run: it, or the interpreter in its first line, is not in the image (a script with "
                + "Windows line endings looks like that too)",
            Remedy =
                "correct ENTRYPOINT or CMD, install the interpreter, and write the script with LF line endings (`*.sh text eol=lf` in "
                + ".gitattributes)",
            Examples =
            [
                "exec /app/entrypoint.sh: no such file or directory",
                "bash: line 1: /app/run.sh: cannot execute: required file not found",
            ],
        },
        new("read-only", CrashLoop, "read-only", "Read-only file system", "EROFS")
        {
            Cause = "it writes where its file system is read-only: {whole_line}",
            Remedy = "mount a volume or a tmpfs there (services.{service}.volumes, tmpfs), or take read_only: true / :ro away",
            Examples =
            [
                "OSError: [Errno 30] Read-only file system: '/app/cache'",
                "chmod: changing permissions of '/data/x.json': Read-only file system",
            ],
        },
        new("port-in-use", CrashLoop, "port-in-use",
            "address already in use 0.0.0.0:{port}", "address already in use :::{port}",
            "listen tcp {*}:{port}: bind: address already in use", "bind() to {*}:{port} failed (98",
            "address already in use - bind(2) for {host} port {port}", "on address ('{host}', {port}): address already in use",
            "Connection in use: ('{host}', {port}", "Port {port} was already in use", "Port {port} is already in use",
            "Port {port} is in use", "Failed to bind to address {*}:{port}",
            "unable to bind listening socket for address '{*}:{port}': Address in use", "Address already in use: ('{host}', {port}",
            "Failed listening on port {port}", "creating server TCP listening socket *:{port}: bind",
            "EADDRINUSE: address already in use {*}:{port}", "address already in use", "EADDRINUSE")
        {
            Cause = "it cannot listen[ on port {port}]: something in its own container already does",
            Remedy = "start only one listener a port in the container (look at CMD, ENTRYPOINT and services.{service}.command)",
            Examples =
            [
                "Error: listen EADDRINUSE: address already in use 0.0.0.0:8000",
                "[2026-01-01 00:00:00 +0000] [9] [ERROR] Connection in use: ('0.0.0.0', 8000)",
                "Web server failed to start. Port 8080 was already in use.",
            ],
        },
        new("privileged-port", CrashLoop, "permission-denied",
            "bind: permission denied", "bind() to {*}:{port} failed (13: Permission denied)", "listen EACCES: permission denied {*}:{port}",
            "Permission denied - bind(2) for {*} port {port}")
        {
            Cause = "it may not listen on port[ {port}]: ports below 1024 need root or NET_BIND_SERVICE",
            Remedy = "let it listen on a port above 1023 and publish that one, or add cap_add: [NET_BIND_SERVICE] to services.{service}",
            Examples =
            [
                "nginx: [emerg] bind() to 0.0.0.0:80 failed (13: Permission denied)",
                "Error: listen EACCES: permission denied 0.0.0.0:80",
            ],
        },
        new("program", CrashLoop, "command-not-found",
            "exec: {name}: executable file not found", "exec: {name}: stat {*}: no such file or directory", "exec: {name}: not found",
            "exec: {name}: no such file or directory", "bundler: command not found: {name}", "can't open file '{name}'",
            "Could not find command {name}", "ERR_MODULE_NOT_FOUND: Cannot find the start file {name}", "Unable to access jarfile {name}",
            "Could not open input file: {name}")
        {
            Cause = "its start command names {name}, which the image does not have",
            Remedy = "correct CMD, ENTRYPOINT or services.{service}.command, WORKDIR and COPY, or install it in the image",
            Examples =
            [
                "python: can't open file '/app/manage.py': [Errno 2] No such file or directory",
                "Error: Unable to access jarfile /app/app.jar",
                "bash: line 1: exec: gunicorn: not found",
            ],
        },
        new("program-rights", CrashLoop, "permission-denied",
            "exec: {name}: permission denied", "exec {name}: permission denied", "^sh: 1: {name}: Permission denied",
            "/bin/sh: {code}: {name}: Permission denied", "/bin/sh: {name}: Permission denied", "sh: {name}: Permission denied",
            "bash: {name}: Permission denied", "bash: line {code}: {name}: Permission denied")
        {
            Cause = "its start command {name} is not executable (permission denied)",
            Remedy = "make it executable: git update-index --chmod=+x on the file, or RUN chmod +x {name} in the Dockerfile",
            Examples = ["sh: 1: /app/entrypoint.sh: Permission denied", "exec /app/entrypoint.sh: permission denied"],
        },
        new("program-in-shell", CrashLoop, "command-not-found",
            "line {line}: {name}: command not found", "sh: {code}: {name}: not found", "sh: {name}: not found",
            "^{name}: command not found", "{path}: {code}: {name}: not found", "env: {name}: No such file or directory")
        {
            Cause = "its start command cannot run {name}: it is not in the image",
            Remedy = "install {name} in the image, or correct CMD, ENTRYPOINT or services.{service}.command",
            Rank = RuleRank.Symptom,
            Examples = ["/bin/sh: 1: gunicorn: not found", "/entrypoint.sh: line 11: docker: command not found"],
        },
        new("shared-library", CrashLoop, "missing-library",
            "error while loading shared libraries: {name}:", "Error loading shared library {name}:",
            "cannot open shared object file: No such file", "ImportError: {name}: cannot open shared object file",
            "version `GLIBC_{version}' not found", "version 'GLIBCXX_{version}' not found", "symbol not found: {name}",
            "System.DllNotFoundException: Unable to load shared library {name}")
        {
            Cause = "its image lacks the library {name}[GLIBC {version}]",
            Remedy =
                "install the package that holds it in the final stage of the Dockerfile, and build and run on the same base image "
                + "(glibc or musl, same release)",
            Examples =
            [
                "./server: error while loading shared libraries: libpq.so.5: cannot open shared object file: No such file or directory",
                "/app/server: /lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.34' not found (required by /app/server)",
            ],
        },
        new("runtime-permission", CrashLoop, "permission-denied", "NotCapable: {why}", "PermissionDenied: Requires {why}")
        {
            Cause = "its run-time forbids it: {why}",
            Remedy = "add the flag that it names to CMD or services.{service}.command",
            Examples = ["error: Uncaught (in promise) NotCapable: Requires env access to \"PORT\", run again with the --allow-env flag"],
        },
        new("file-mode", CrashLoop, "permission-denied",
            "must be accessible by owner only", "has group or world access", "has invalid permissions", "UNPROTECTED PRIVATE KEY FILE",
            "permissions {mode} for {path} are too open", "is world writable")
        {
            Cause = "it refuses a file that others may read or write: {whole_line}",
            Remedy = "give the file to its user alone (chmod 600, a directory 700, chown to the uid it runs as), in the image or on the target",
            Certainty = Certainty.Likely,
            Examples = ["Cookie file /var/lib/rabbitmq/.erlang.cookie must be accessible by owner only"],
        },
        new("not-permitted", CrashLoop, "permission-denied",
            "PermissionError: {why}", "EACCES: {why}", "{why} failed (13: Permission denied)", "Permission denied @ {why}",
            "UnauthorizedAccessException: {why}",
            "AccessDeniedException: {why}", "EPERM: {why}", "{why}: Permission denied", "open {why}: permission denied",
            "mkdir {why}: permission denied", "failed to open stream: Permission denied",
            "initdb: error: could not change permissions of directory {why}", "Operation not permitted")
        {
            Cause = "it may not do what it tries[: {why}]",
            Remedy =
                "let its user own the files (COPY --chown, RUN chown in the Dockerfile; chown of the mounted directory to the uid of "
                + "services.{service}.user on the target), or mount them writable",
            Certainty = Certainty.Likely,
            Rank = RuleRank.Symptom,
            Examples =
            [
                "Error: EACCES: permission denied, mkdir '/data/logs'",
                "PermissionError: [Errno 13] Permission denied: '/app/media'",
            ],
        },
    ];
}
