:; exec "$(dirname -- "$0")/build.sh" "$@" # what follows is for Windows
@echo off
where /q pwsh.exe && set shell=pwsh.exe || set shell=powershell.exe
%shell% -NoProfile -ExecutionPolicy Bypass -File "%~dp0build.ps1" %*
exit /b %ERRORLEVEL%
