# Copyright: Contributors to the hedgehog.diet collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options that all modules share: how to reach a NetBox."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  netbox_url:
    description:
      - Address of the NetBox, such as V(https://netbox.example.com). It may not hold a user or password.
      - Plain V(http) to anything but this machine is a warning.
      - Proxies are taken from the environment (E(HTTPS_PROXY), E(HTTP_PROXY), E(ALL_PROXY), E(NO_PROXY)).
      - C(~/.netrc) is not read.
      - Taken from the environment variable E(NETBOX_URL) or E(NETBOX_API) when not given.
    type: str
    required: true
  netbox_token:
    description:
      - API token, of version 1 or 2.
      - Taken from the environment variable E(NETBOX_TOKEN) or E(NETBOX_API_TOKEN) when not given.
    type: str
    required: true
  validate_certs:
    description: Whether to verify the TLS certificate of the NetBox.
    type: bool
    default: true
  ca_path:
    description:
      - File or directory of certificates of authorities to trust, instead of the usual ones.
      - Without it E(REQUESTS_CA_BUNDLE) or E(CURL_CA_BUNDLE) of the environment says it, if set.
    type: path
  cert:
    description:
      - Client certificate, the path of a file that holds certificate and key, or a list of the paths of both.
      - The key must not be encrypted, because nobody could give the pass phrase.
    type: raw
  headers:
    description:
      - Further headers to send with every request. C(Authorization) is not one of them, O(netbox_token) is.
      - Their values are masked in all that Ansible shows, also where something else is the same text.
    type: dict
  timeout:
    description: Seconds to wait for an answer.
    type: int
    default: 120
requirements:
  - pynetbox
  - jsonschema
"""
