#!/usr/bin/env bash
# Starts the compiled build at once when none of its inputs changed; otherwise compiles it first.
set -euo pipefail
unset CDPATH

root="$(cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)"
temp="$root/.nuke/temp"

say() { printf '%s\n' "$*" >&2; }
fail() { say "$@"; exit 1; }

# One hash over the names and contents of everything that decides what the program is. Relative names: a moved clone stays warm.
hash_inputs() (
  cd -- "$root"
  if command -v sha256sum >/dev/null; then sum=(sha256sum); else sum=(shasum -a 256); fi
  folders=(build)
  if [ -d docs/rules ]; then folders+=(docs/rules); fi
  {
    find "${folders[@]}" -type d \( -name bin -o -name obj \) -prune -o -type f -print0
    for file in build.sh Directory.Build.props Directory.Build.targets Directory.Packages.props global.json \
      .editorconfig BannedSymbols.txt nuget.config NuGet.Config; do
      if [ -f "$file" ]; then printf '%s\0' "$file"; fi
    done
  } | LC_ALL=C sort -z | xargs -0 "${sum[@]}" | "${sum[@]}"
)

# An installed dotnet that satisfies global.json, else one of our own below .nuke/temp. Leaves its path in $dotnet.
find_dotnet() {
  dotnet=dotnet
  if command -v dotnet >/dev/null && (cd -- "$root" && dotnet --version >/dev/null 2>&1); then return; fi

  dotnet="$temp/dotnet-unix/dotnet"
  if [ -x "$dotnet" ] && (cd -- "$root" && "$dotnet" --version >/dev/null 2>&1); then return; fi

  local script="$temp/dotnet-install.sh" url=https://dot.net/v1/dotnet-install.sh
  say "Installing the .NET SDK that global.json asks for into .nuke/temp/dotnet-unix"
  mkdir -p -- "$temp"
  if command -v curl >/dev/null; then curl -fsSL --retry 3 -o "$script.$$" "$url"
  elif command -v wget >/dev/null; then wget -qO "$script.$$" "$url"
  else false
  fi || fail "No .NET SDK as global.json asks for, and $url cannot be had: install the SDK from https://dot.net and run this again"
  mv -f -- "$script.$$" "$script"
  bash "$script" --jsonfile "$root/global.json" --install-dir "$temp/dotnet-unix" --no-path >&2 \
    || fail "The .NET SDK could not be installed: install it from https://dot.net and run this again"
}

# Compiles beside the final place and renames: nobody ever starts a half-made program, and two runs may compile at once.
compile() {
  work="$temp/compile.$$" # not local: the trap below outlives this function
  mkdir -p -- "$work" "$temp/bin"
  trap 'rm -rf -- "$work"' EXIT
  say "Compiling the build (its inputs changed)"
  if ! (cd -- "$root" && DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 "$dotnet" build build/_build.csproj \
    --configuration Release --artifacts-path "$work" --nologo --verbosity quiet -nodeReuse:false -clp:NoSummary \
    -p:UseSharedCompilation=false -p:RunAnalyzers=false -p:TreatWarningsAsErrors=false -p:GenerateDocumentationFile=false -p:TieredPGO=false) >"$work/log" 2>&1; then
    cat -- "$work/log" >&2
    fail "The build does not compile"
  fi

  local made="$work/bin/_build/release"
  precompile "$made" "$work" >/dev/null 2>&1 || true
  printf '%s\n' "$dotnet" >"$made/.dotnet"
  # When another run was first, its program is as good as ours. -T, which only GNU's mv has, keeps ours from being moved inside it;
  # elsewhere such a leftover does no harm.
  mv -T -- "$made" "$bin" 2>/dev/null || [ -f "$bin/_build.dll" ] || mv -- "$made" "$bin" || fail "Cannot write $bin"
  rm -rf -- "$work"
  trap - EXIT
  forget_old
}

# Compiles what every start needs to machine code, which halves the time to the first line; a package's code is kept by its content.
# Where the compiler for it cannot be had the program starts as it is. The project stands alone (empty Directory.*.props), so no lock
# file of ours is touched. The last two options take generic code of other assemblies in; the runtime uses it only where their code
# is still the same.
precompile() {
  local made="$1" work="$2/r2r" rid runtime compiler file kept
  rid="$("$dotnet" --info | sed -n 's/^ *RID: *//p')"
  runtime="$("$dotnet" --list-runtimes | sed -n 's/^Microsoft\.NETCore\.App \(10\.[^ ]*\) \[\(.*\)\]$/\2\/\1/p' | tail -n 1)"
  [ -n "$rid" ] && [ -d "$runtime" ] || return 1
  mkdir -p -- "$work/out"
  for file in Directory.Build.props Directory.Build.targets Directory.Packages.props; do printf '<Project />\n' >"$work/$file"; done
  printf '%s\n' "<Project Sdk=\"Microsoft.NET.Sdk\"><PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup><ItemGroup>" \
    "<PackageDownload Include=\"Microsoft.NETCore.App.Crossgen2.$rid\" Version=\"[${runtime##*/}]\" /></ItemGroup></Project>" >"$work/r2r.csproj"
  local patience=()
  if command -v timeout >/dev/null; then patience=(timeout 90); fi
  ${patience[@]+"${patience[@]}"} "$dotnet" restore "$work/r2r.csproj" -nodeReuse:false || return 1
  compiler="$("$dotnet" nuget locals global-packages --list | sed 's/^global-packages: //')/microsoft.netcore.app.crossgen2.$rid/${runtime##*/}/tools/crossgen2"

  kept="$temp/precompiled/${runtime##*/}-$rid"
  mkdir -p -- "$kept"
  local files=(_build Nuke.Common Serilog YamlDotNet)
  # Half a minute that pays where the program starts again and again, which the machine of a CI job does not.
  if [ -z "${CI:-}" ]; then
    files+=(Docker.DotNet Docker.DotNet.Handler.Abstractions Docker.DotNet.NativeHttp Docker.DotNet.Unix Npgsql RESPite StackExchange.Redis)
  fi
  for file in "${files[@]}"; do
    if ! cp -- "$kept/$file.$(sha256_of "$made/$file.dll").dll" "$work/out/$file.dll"; then printf '%s\n' "$file"; fi
  done >"$work/missing"
  # Two at once: each begins and ends on one core.
  xargs -P 2 -I '{}' "$compiler" "$made/{}.dll" -o "$work/out/{}.dll" -r "$runtime/*.dll" -r "$made/*.dll" -O \
    '--opt-cross-module:*' '--non-local-generics-module:{}' <"$work/missing" || return 1
  while IFS= read -r file; do
    case "$file" in _build | Nuke.Common) continue ;; esac
    cp -- "$work/out/$file.dll" "$work/$file.dll" && mv -f -- "$work/$file.dll" "$kept/$file.$(sha256_of "$made/$file.dll").dll"
  done <"$work/missing"
  cp -- "$work/out"/*.dll "$made/"
}

sha256_of() {
  if command -v sha256sum >/dev/null; then sha256sum <"$1"; else shasum -a 256 <"$1"; fi | cut -c 1-32
}

# Keeps the three newest programs, and any that still runs.
forget_old() (
  cd -- "$temp/bin"
  # The names are hashes: no spaces, no surprises.
  # shellcheck disable=SC2012
  ls -1t | tail -n +4 | while IFS= read -r old; do
    if printf '%s' "$old" | grep -qsF -f - /proc/[0-9]*/cmdline; then continue; fi
    rm -rf -- "./$old"
  done
)

hash="$(hash_inputs)"
bin="$temp/bin/${hash:0:32}"
if ! { [ -f "$bin/_build.dll" ] && IFS= read -r dotnet <"$bin/.dotnet" && command -v -- "$dotnet" >/dev/null; }; then
  find_dotnet
  if [ -f "$bin/_build.dll" ]; then printf '%s\n' "$dotnet" >"$bin/.dotnet"; else compile; fi
fi

if [ "$dotnet" != dotnet ]; then
  export DOTNET_ROOT="$temp/dotnet-unix" PATH="$temp/dotnet-unix:$PATH"
fi
# What CompileNative made from the same inputs.
if [ -x "$bin/_build.native" ]; then exec "$bin/_build.native" "$@"; fi
exec "$dotnet" "$bin/_build.dll" "$@"
