-- SPDX-License-Identifier: Apache-2.0
-- wrk: one fixed POST body, one JSON line of figures at the end.
-- Usage: wrk ... -s post.lua URL -- BODY_FILE [JSON_HEADER_LENGTH]
function init(arguments)
  local file = assert(io.open(arguments[1], "rb"))
  wrk.method, wrk.body = "POST", file:read("*a")
  file:close()
  if arguments[2] then
    wrk.headers["Inference-Header-Content-Length"] = arguments[2]
    wrk.headers["Content-Type"] = "application/octet-stream"
  else
    wrk.headers["Content-Type"] = "application/json"
  end
end

function done(summary, latency)
  local errors = summary.errors
  local bad = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  local good = summary.requests - errors.status
  print(string.format('{"rate": %.1f, "p50_us": %.1f, "p99_us": %.1f, "good": %d, "bad": %d}',
    good / summary.duration * 1e6, latency:percentile(50), latency:percentile(99), good, bad))
end
