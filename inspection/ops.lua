-- The operations of inspections. Their meaning is fixed: old lines of the
-- journal are applied again by them.
--
-- library:<kind>              hash   current, draft, version; kind is objects or inspectors
-- library:<kind>:<id>         hash   p<n>: the text in parts; rows, parts, at, who
-- libraries:<kind>            zset   ids of those that were ever in force
-- campaign:<id>               hash   see campaign.go
-- campaigns                   zset   ids by the time of the first plan
-- inspected:<campaign>        set    objects about which something was recorded
-- inspected:<campaign>:<object>   hash   see task.go

local function score(at) return (string.gsub(at, '%D', '')) end
local function more(version) return string.format('%.0f', tonumber(version) + 1) end

-- A library comes in parts, is a draft when all are there, and is in force when
-- a person says so. One that never was in force goes when the next comes.

check.librarypart = function() end
apply.librarypart = function(a) call('HSET', key('library:' .. a.kind .. ':' .. a.id), 'p' .. a.part, a.text) end

check.librarydraft = function(a)
  local k = key('library:' .. a.kind .. ':' .. a.id)
  for n = 1, tonumber(a.parts) do
    if call('HEXISTS', k, 'p' .. n) == 0 then return 'missing', a.id end
  end
  if call('HGET', key('library:' .. a.kind), 'current') == a.id then return 'same', a.id end
end
apply.librarydraft = function(a, line)
  local k = key('library:' .. a.kind)
  local old = call('HGET', k, 'draft') or ''
  if old ~= '' and old ~= a.id and not call('ZSCORE', key('libraries:' .. a.kind), old) then call('DEL', k .. ':' .. old) end
  call('HSET', k, 'draft', a.id)
  call('HSET', k .. ':' .. a.id, 'rows', a.rows, 'parts', a.parts, 'at', line.at, 'who', line.who)
end

check.libraryuse = function(a)
  local v = call('HMGET', key('library:' .. a.kind), 'version', 'draft')
  if (v[1] or '0') ~= a.version then return 'version', v[1] or '0' end
  if v[2] ~= a.id then return 'missing', a.id end
end
apply.libraryuse = function(a, line)
  local k = key('library:' .. a.kind)
  call('HSET', k, 'version', more(a.version), 'current', a.id, 'draft', '')
  call('ZADD', key('libraries:' .. a.kind), score(line.at), a.id)
end

-- Campaigns.

local function seen(a, ...)
  local v = call('HMGET', key('campaign:' .. a.id), 'version', 'status')
  if not v[1] then return 'missing', a.id end
  if v[1] ~= a.version then return 'version', v[1] end
  for _, status in ipairs({...}) do
    if v[2] == status then return end
  end
  return 'status', v[2]
end

check.campaignplan = function(a)
  if a.version == '0' then
    if call('EXISTS', key('campaign:' .. a.id)) == 1 then return 'version', '1' end
  else
    local reason, found = seen(a, 'planned')
    if reason then return reason, found end
  end
  if call('HGET', key('library:objects'), 'current') ~= a.objects then return 'library', 'objects' end
  if call('HGET', key('library:inspectors'), 'current') ~= a.inspectors then return 'library', 'inspectors' end
end
apply.campaignplan = function(a, line)
  local k = key('campaign:' .. a.id)
  call('HSET', k, 'id', a.id, 'version', more(a.version), 'status', 'planned', 'name', a.name, 'plan', a.plan, 'objects', a.objects,
    'inspectors', a.inspectors, 'sha256', a.sha256, 'planned_by', line.who, 'planned', line.at)
  if a.version == '0' then call('ZADD', key('campaigns'), score(line.at), a.id) end
end

check.campaigncommit = function(a, line)
  local reason, found = seen(a, 'planned')
  if reason then return reason, found end
  local v = call('HMGET', key('campaign:' .. a.id), 'sha256', 'planned_by')
  if v[1] ~= a.sha256 then return 'other', v[1] end
  if v[2] == line.who then return 'own', v[2] end
end
apply.campaigncommit = function(a, line)
  call('HSET', key('campaign:' .. a.id), 'version', more(a.version), 'status', 'committed', 'committed_by', line.who, 'committed', line.at)
end

check.campaignwithdraw = function(a) return seen(a, 'planned', 'committed') end
apply.campaignwithdraw = function(a, line)
  call('HSET', key('campaign:' .. a.id), 'version', more(a.version), 'status', 'withdrawn', 'withdrawn_by', line.who, 'withdrawn', line.at, 'reason', a.reason)
end

check.campaigndraw = function(a) return seen(a, 'committed') end
apply.campaigndraw = function(a, line)
  call('HSET', key('campaign:' .. a.id), 'version', more(a.version), 'status', 'drawn', 'seed', a.seed, 'draw_sha256', a.draw_sha256, 'drawn_by', line.who,
    'drawn', line.at)
end

-- release approves what was found for publication. All of it is final by then.
check.campaignrelease = function(a) return seen(a, 'drawn') end
apply.campaignrelease = function(a, line)
  call('HSET', key('campaign:' .. a.id), 'version', more(a.version), 'results', a.digest, 'released_by', line.who, 'released', line.at)
end

-- What was found. An object has a version of its own, so that inspectors do not
-- wait for each other.

local function task(a) return key('inspected:' .. a.campaign .. ':' .. a.object) end

local function fresh(a, ...)
  if call('HGET', key('campaign:' .. a.campaign), 'status') ~= 'drawn' then return 'missing', a.campaign end
  local v = call('HMGET', task(a), 'version', 'state')
  if (v[1] or '0') ~= a.version then return 'version', v[1] or '0' end
  for _, state in ipairs({...}) do
    if (v[2] or 'open') == state then return end
  end
  return 'status', v[2]
end

local function note(a, line, state)
  call('SADD', key('inspected:' .. a.campaign), a.object)
  call('HSET', task(a), 'version', more(a.version), 'state', state, 'note', a.note, 'who', line.who, 'at', line.at)
end

check.inspectionresult = function(a)
  if a.state == 'rectified' then return fresh(a, 'rectify') end
  return fresh(a, 'open')
end
apply.inspectionresult = function(a, line)
  note(a, line, a.state)
  if a.due then call('HSET', task(a), 'due', a.due) end
end

-- skip leaves an object out, and lets a substitute in where there is one left.
-- skips counts, so that two of them cannot give the same place away.
check.inspectionskip = function(a)
  local reason, found = fresh(a, 'open')
  if reason then return reason, found end
  local skips = call('HGET', key('campaign:' .. a.campaign), 'skips') or '0'
  if skips ~= a.skips then return 'skips', skips end
end
apply.inspectionskip = function(a, line)
  note(a, line, 'skipped')
  call('HINCRBY', key('campaign:' .. a.campaign), 'skips', 1)
  if a.substitute == '' then return end
  call('HSET', task(a), 'substitute', a.substitute)
  call('SADD', key('inspected:' .. a.campaign), a.substitute)
  call('HSET', key('inspected:' .. a.campaign .. ':' .. a.substitute), 'version', '1', 'state', 'open', 'for', a.object, 'inspectors', a.inspectors, 'at', line.at,
    'who', line.who)
end

-- casefile says which case a breach became, once.
check.inspectioncase = function(a)
  local reason, found = fresh(a, 'breach')
  if reason then return reason, found end
  if call('HEXISTS', task(a), 'case') == 1 then return 'status', 'case' end
end
apply.inspectioncase = function(a, line) call('HSET', task(a), 'version', more(a.version), 'case', a.case) end
