-- The operations of the credit ledger and of listings. Their meaning is fixed:
-- old lines of the journal are applied again by them.
--
-- entry:<id>          hash   see entry.go
-- entries             zset   ids by the time of entering
-- listing:<id>        hash   see listing.go
-- listings:<status>   zset   ids by the time of the last change
-- lists               hash   version, edition, day, hash: the last edition

local function score(at) return (string.gsub(at, '%D', '')) end

local function seen(k, id, version)
  local have = call('HGET', k, 'version') or '0'
  if have ~= version then return 'version', id .. ' ' .. have end
end

local function changed() call('HINCRBY', key('lists'), 'version', 1) end

check.entry = function(a) return seen(key('entry:' .. a.id), a.id, a.version) end

apply.entry = function(a, line)
  local k = key('entry:' .. a.id)
  for name, v in pairs(a.set) do call('HSET', k, name, v) end
  call('HINCRBY', k, 'version', 1)
  if a.version == '0' then call('ZADD', key('entries'), score(line.at), a.id) end
  changed()
end

local function setListing(id, set, at)
  local k = key('listing:' .. id)
  local before = call('HGET', k, 'status')
  if before then call('ZREM', key('listings:' .. before), id) end
  for name, v in pairs(set) do call('HSET', k, name, v) end
  call('HINCRBY', k, 'version', 1)
  call('ZADD', key('listings:' .. set.status), score(at), id)
end

-- A listing rests on an entry of the version that was seen; in a step that
-- changes the entry too, on the version after it. Where the whole ledger was
-- looked at, nothing was entered since.
check.listing = function(a, line)
  local k = key('listing:' .. a.id)
  local reason, found = seen(k, a.id, a.version)
  if reason then return reason, found end
  if a.version ~= '0' then
    local status, fits = call('HGET', k, 'status'), false
    for _, s in ipairs(a.from) do fits = fits or s == status end
    if not fits then return 'status', a.id .. ' ' .. status end
  end
  if a.entries then
    local have = string.format('%.0f', call('ZCARD', key('entries')))
    if have ~= a.entries then return 'entries', a.id .. ' ' .. have end
  end
  local version = tonumber(a.entry_version)
  for _, o in ipairs(line.ops) do
    if o.op == 'entry' and o.id == a.entry then version = version - 1 end
  end
  return seen(key('entry:' .. a.entry), a.entry, string.format('%.0f', version))
end

apply.listing = function(a, line)
  setListing(a.id, a.set, line.at)
  changed()
end

-- edition notes what an edition holds: those in it for the first time, those
-- leaving that are no longer in it, and those that were in one before, are
-- listed and are left out because policy said so.
check.edition = function(a)
  local have = tonumber(call('HGET', key('lists'), 'edition') or '0')
  if have >= tonumber(a.n) then return 'edition', string.format('%.0f', have) end
end

apply.edition = function(a, line)
  local there = {}
  for _, id in ipairs(a.ids) do
    there[id] = true
    local k = key('listing:' .. id)
    if call('EXISTS', k) == 1 then
      call('HSETNX', k, 'in', a.n)
      call('HDEL', k, 'held')
    end
  end
  for _, status in ipairs({'listed', 'review'}) do
    for _, id in ipairs(call('ZRANGE', key('listings:' .. status), '0', '-1')) do
      local k = key('listing:' .. id)
      if not there[id] and call('HEXISTS', k, 'in') == 1 then call('HSETNX', k, 'held', a.n) end
    end
  end
  for _, id in ipairs(call('ZRANGE', key('listings:leaving'), '0', '-1')) do
    if not there[id] then setListing(id, {status = 'removed', out = a.n}, line.at) end
  end
  call('HSET', key('lists'), 'edition', a.n, 'day', a.day, 'hash', a.hash)
  changed()
end
