#!/bin/sh
# Makes this Linux machine a Shopfloor station: users, rights, units, and the browser's permission to ask the station agent.
#
#   sudo hardware/linux/set-up-station.sh https://shopfloor.example:8443            the agent
#   sudo hardware/linux/set-up-station.sh https://shopfloor.example:8443 --kiosk    and the browser over the whole screen
#
# Shopfloor itself must stand in /opt/shopfloor, set up with ./dev setup. May be run again: nothing that was filled in is overwritten.
set -eu

stop() {
    printf '%s\n' "$*" >&2
    exit 1
}

server=${1:-}
case $server in
    http://?* | https://?*) ;;
    *) stop "Usage: $0 https://shopfloor.example:8443 [--kiosk]" ;;
esac
case $server in
    *[!A-Za-z0-9:/.\[\]-]*) stop "The address $server has characters that do not belong into one." ;;
esac
server=${server%/}
[ "$(id -u)" = 0 ] || stop "Please run this as root: it makes users and units."
[ -x /opt/shopfloor/.venv/bin/python ] || stop "Shopfloor is not in /opt/shopfloor, or ./dev setup was not run there."
here=$(cd "$(dirname "$0")" && pwd -P)

getent group shopfloor-station >/dev/null || groupadd --system shopfloor-station
id shopfloor-station >/dev/null 2>&1 || useradd --system --gid shopfloor-station --home-dir /var/lib/shopfloor-station --shell /usr/sbin/nologin shopfloor-station

install -d -m 755 /etc/shopfloor
if [ ! -e /etc/shopfloor/station.toml ]; then
    sed "s|^server = .*|server = \"$server\"|" "$here/station.toml" >/etc/shopfloor/station.toml
fi
install -m 644 "$here/60-shopfloor-station.rules" /etc/udev/rules.d/
udevadm control --reload
udevadm trigger

# Chromium asks before a page of the network may talk to this machine. For this one page the answer is yes.
for folder in /etc/chromium /etc/chromium-browser /etc/opt/chrome; do
    install -d -m 755 "$folder/policies/managed"
    cat >"$folder/policies/managed/shopfloor-station.json" <<END
{"LocalNetworkAccessAllowedForUrls": ["$server"], "LoopbackNetworkAllowedForUrls": ["$server"]}
END
done

install -m 644 "$here/shopfloor-station.service" /etc/systemd/system/
if [ "${2:-}" = --kiosk ]; then
    command -v cage >/dev/null || stop "Please install cage and chromium, then run this again."
    command -v chromium >/dev/null || stop "Please install chromium, then run this again."
    id shopfloor-kiosk >/dev/null 2>&1 || useradd --create-home --groups video,input shopfloor-kiosk
    printf 'SHOPFLOOR_PAGE=%s/#station-agent=on\n' "$server" >/etc/shopfloor/kiosk
    install -m 644 "$here/shopfloor-kiosk.service" /etc/systemd/system/
fi
systemctl daemon-reload
systemctl enable --now shopfloor-station.service
[ "${2:-}" != --kiosk ] || systemctl enable --now shopfloor-kiosk.service

cd /opt/shopfloor
runuser -u shopfloor-station -- .venv/bin/python -m hardware doctor --configuration /etc/shopfloor/station.toml ||
    printf '\nFill in the devices in /etc/shopfloor/station.toml, then: systemctl restart shopfloor-station\n'
