#!/bin/sh
# Finds a Chromium or Chrome for the browser tests; installs one where there is none.  --path prints which.
set -eu
find_one() {
  for name in "${CHROMIUM:-}" chromium chromium-browser google-chrome google-chrome-stable; do
    [ -n "$name" ] && command -v "$name" && return 0
  done
  for path in "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" "$HOME"/.cache/ms-playwright/chromium-*/chrome-linux/chrome; do
    [ -x "$path" ] && printf '%s\n' "$path" && return 0
  done
  return 1
}
found=$(find_one || true)
if [ -z "$found" ]; then
  if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
    apt-get update -qq >&2 && apt-get install -y -qq chromium >/dev/null
  else
    npx playwright install chromium >&2
  fi
  found=$(find_one) || { echo "No Chromium could be found or installed. Install one, or name it: CHROMIUM=/path make test-ui" >&2; exit 1; }
fi
if [ "${1:-}" = "--path" ]; then printf '%s\n' "$found"; fi
