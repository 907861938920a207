# Starts the compiled build at once when none of its inputs changed; otherwise compiles it first. The same as build.sh.
$ErrorActionPreference = 'Stop'
Set-StrictMode -Version 2
$root = $PSScriptRoot
$temp = Join-Path $root '.nuke/temp'

function Say([string] $text) { [Console]::Error.WriteLine($text) }

# One hash over the names and contents of everything that decides what the program is.
function Get-InputHash {
    $folders = @('build', 'docs/rules' | ForEach-Object { Join-Path $root $_ } | Where-Object { Test-Path -LiteralPath $_ })
    $files = @(Get-ChildItem -LiteralPath $folders -Recurse -File -Force |
        Where-Object { $_.FullName.Substring($root.Length) -notmatch '[\\/](bin|obj)[\\/]' } | ForEach-Object FullName)
    foreach ($name in 'build.ps1', 'Directory.Build.props', 'Directory.Build.targets', 'Directory.Packages.props', 'global.json',
        '.editorconfig', 'BannedSymbols.txt', 'nuget.config') {
        $file = Join-Path $root $name
        if (Test-Path -LiteralPath $file -PathType Leaf) { $files += $file }
    }

    $sha = [Security.Cryptography.SHA256]::Create()
    try {
        $lines = foreach ($file in $files | Sort-Object) {
            $content = [BitConverter]::ToString($sha.ComputeHash([IO.File]::ReadAllBytes($file))).Replace('-', '')
            "$content  $($file.Substring($root.Length))"
        }
        $all = [Text.Encoding]::UTF8.GetBytes($lines -join "`n")
        return [BitConverter]::ToString($sha.ComputeHash($all)).Replace('-', '').Substring(0, 32).ToLowerInvariant()
    }
    finally { $sha.Dispose() }
}

function Test-Sdk([string] $dotnet) {
    if (-not (Get-Command $dotnet -CommandType Application -ErrorAction SilentlyContinue)) { return $false }
    Push-Location -LiteralPath $root
    try {
        $ErrorActionPreference = 'Continue'
        & $dotnet --version *> $null
        return $LASTEXITCODE -eq 0
    }
    finally { Pop-Location }
}

# An installed dotnet that satisfies global.json, else one of our own below .nuke/temp.
function Find-Dotnet {
    if (Test-Sdk 'dotnet') { return 'dotnet' }
    $own = Join-Path $temp 'dotnet-win/dotnet.exe'
    if ((Test-Path -LiteralPath $own) -and (Test-Sdk $own)) { return $own }

    Say 'Installing the .NET SDK that global.json asks for into .nuke/temp/dotnet-win'
    New-Item -ItemType Directory -Force -Path $temp | Out-Null
    $script = Join-Path $temp 'dotnet-install.ps1'
    try {
        [Net.ServicePointManager]::SecurityProtocol = [Net.SecurityProtocolType]::Tls12
        Invoke-WebRequest -UseBasicParsing -Uri 'https://dot.net/v1/dotnet-install.ps1' -OutFile $script
        & $script -JSonFile (Join-Path $root 'global.json') -InstallDir (Join-Path $temp 'dotnet-win') -NoPath | Out-Null
    }
    catch {
        Say "No .NET SDK as global.json asks for, and none could be installed ($_): install it from https://dot.net and run this again"
        exit 1
    }
    return $own
}

# Compiles beside the final place and renames: nobody ever starts a half-made program, and two runs may compile at once.
function Build-Program([string] $dotnet, [string] $bin) {
    $work = Join-Path $temp "compile.$PID"
    New-Item -ItemType Directory -Force -Path $work, (Join-Path $temp 'bin') | Out-Null
    Say 'Compiling the build (its inputs changed)'
    Push-Location -LiteralPath $root
    try {
        $ErrorActionPreference = 'Continue'
        $output = & $dotnet build build/_build.csproj --configuration Release --artifacts-path $work --nologo --verbosity quiet -nodeReuse:false `
            -clp:NoSummary -p:UseSharedCompilation=false -p:RunAnalyzers=false -p:TreatWarningsAsErrors=false -p:GenerateDocumentationFile=false -p:TieredPGO=false 2>&1
        if ($LASTEXITCODE -ne 0) {
            $output | ForEach-Object { Say "$_" }
            Say 'The build does not compile'
            exit 1
        }

        $made = Join-Path $work 'bin/_build/release'
        [IO.File]::WriteAllText((Join-Path $made '.dotnet'), "$dotnet`n")
        try { [IO.Directory]::Move($made, $bin) }
        catch { if (-not (Test-Path -LiteralPath (Join-Path $bin '_build.dll'))) { throw } }
    }
    finally {
        Pop-Location
        Remove-Item -LiteralPath $work -Recurse -Force -ErrorAction SilentlyContinue
    }

    # Keeps the three newest programs; one that still runs is locked by Windows and stays.
    Get-ChildItem -LiteralPath (Join-Path $temp 'bin') -Directory | Sort-Object LastWriteTime -Descending | Select-Object -Skip 3 |
        Remove-Item -Recurse -Force -ErrorAction SilentlyContinue
}

$bin = Join-Path $temp "bin/$(Get-InputHash)"
$mark = Join-Path $bin '.dotnet'
$dotnet = if (Test-Path -LiteralPath $mark) { [IO.File]::ReadAllText($mark).Trim() }
if (-not $dotnet -or -not (Get-Command $dotnet -CommandType Application -ErrorAction SilentlyContinue)) {
    $env:DOTNET_CLI_TELEMETRY_OPTOUT = '1'
    $env:DOTNET_NOLOGO = '1'
    $dotnet = Find-Dotnet
    if (Test-Path -LiteralPath (Join-Path $bin '_build.dll')) { [IO.File]::WriteAllText($mark, "$dotnet`n") }
    else { Build-Program $dotnet $bin }
}

if ($dotnet -ne 'dotnet') {
    $env:DOTNET_ROOT = Split-Path -Parent $dotnet
    $env:PATH = "$env:DOTNET_ROOT$([IO.Path]::PathSeparator)$env:PATH"
}
# What CompileNative made from the same inputs.
$native = Join-Path $bin $(if ($env:OS -eq 'Windows_NT') { '_build.native.exe' } else { '_build.native' })
if (Test-Path -LiteralPath $native) { & $native @args } else { & $dotnet (Join-Path $bin '_build.dll') @args }
exit $LASTEXITCODE
