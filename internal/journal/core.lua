-- One step: check everything, then write everything. Runs on Redis 7.0 and
-- newer, Valkey and miniredis. Amounts are never numbers here: Lua would round
-- them; only HINCRBY adds them.
--
-- KEYS[1]  {region}:journal, a hash: n, weave, head:<chain>
-- ARGV[1]  live or rebuild
-- All keys of a step share the hash tag of KEYS[1], so they lie on one node.

local journal = KEYS[1]
local prefix = string.sub(journal, 1, -8) -- without "journal"
local call = redis.call
local line -- the line being applied

-- What rooms may use: key(name) gives the full name of a key.
local function key(name) return prefix .. name end

-- check[op](a, line) gives nothing, or a reason and what was found instead.
-- It writes nothing. apply[op](a, line) does it and may not fail.
local check, apply = {}, {}

-- rooms --

-- stop gives the first refusal of a line: place, reason, found.
local function stop()
  for i, a in ipairs(line.ops) do
    local f = check[a.op]
    if not f then return i, 'unknown', a.op end
    local reason, found = f(a, line)
    if reason then return i, reason, found or '' end
  end
end

local function run()
  for _, a in ipairs(line.ops) do apply[a.op](a, line) end
end

-- advance takes the next place in the order of all chains. Its first command
-- is one that Redis refuses when it is full or read-only, so a step that is
-- refused for that has written nothing.
local function advance(at)
  local n = string.format('%.0f', call('HINCRBY', journal, 'n', 1))
  local before = call('HGET', journal, 'weave') or ''
  local weave = redis.sha1hex(before .. line.hash)
  call('HSET', journal, 'weave', weave, 'head:' .. line.chain, at)
  return n, weave
end

-- ARGV of live: 2 line, 3 head before, 4 head after, 5 digest of the request,
-- 6 seconds to remember it, 7 most messages in the outbox (0 = any),
-- 8 topic of records, then four for each message: topic, key, value, headers.
local function live()
  if call('EXISTS', key('rebuild')) == 1 then return {'rebuild'} end
  line = cjson.decode(ARGV[2])
  local have = call('HGET', journal, 'head:' .. line.chain) or ''
  local once = line.id and key('op:' .. line.id)
  if once then
    local known = call('GET', once)
    if known then return {known == ARGV[5] and 'repeat' or 'reused', have} end
  end
  local i, reason, found = stop()
  if i then return {'refused', have, tostring(i), reason, found} end
  local waiting = call('XLEN', key('outbox'))
  local most = tonumber(ARGV[7])
  if most > 0 and waiting >= most then return {'full', have} end
  if have ~= ARGV[3] then return {'head', have} end

  local n, weave = advance(ARGV[4])
  run()
  local k = 0
  for m = 9, #ARGV, 4 do
    k = k + 1
    call('XADD', key('outbox'), n .. '-' .. k, 'topic', ARGV[m], 'key', ARGV[m + 1], 'value', ARGV[m + 2], 'headers', ARGV[m + 3])
  end
  call('XADD', key('outbox'), n .. '-' .. (k + 1), 'topic', ARGV[8], 'key', line.chain,
    'value', '{"line":' .. ARGV[2] .. ',"n":' .. n .. ',"weave":"' .. weave .. '"}', 'headers', '')
  if once then call('SET', once, ARGV[5], 'EX', ARGV[6]) end
  return {'ok', ARGV[4], n, string.format('%.0f', waiting + k + 1)}
end

-- ARGV of rebuild: from 2 on, five for each record: line, n, weave, head
-- before, head after. Records before the failing one stay applied.
local function rebuild()
  if call('EXISTS', key('rebuild')) == 0 then return {'closed'} end
  for m = 2, #ARGV, 5 do
    line = cjson.decode(ARGV[m])
    local n = tonumber(call('HGET', journal, 'n') or '0')
    local have = call('HGET', journal, 'head:' .. line.chain) or ''
    if n + 1 ~= tonumber(ARGV[m + 1]) then return {'differs', ARGV[m + 1], 'n'} end
    if have ~= ARGV[m + 3] then return {'differs', ARGV[m + 1], 'head'} end
    local before = call('HGET', journal, 'weave') or ''
    if redis.sha1hex(before .. line.hash) ~= ARGV[m + 2] then return {'differs', ARGV[m + 1], 'weave'} end
    local i, reason = stop()
    if i then return {'differs', ARGV[m + 1], reason} end
    advance(ARGV[m + 4])
    run()
  end
  return {'ok'}
end

if ARGV[1] == 'live' then return live() end
return rebuild()
