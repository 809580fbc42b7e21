-- The operations of leads and cases. Their meaning is fixed: old lines of the
-- journal are applied again by them.
--
-- part:<p>             hash   next, generation, set, findings, announced, withdrawn, dead
-- parts, schemes       sets   what there is
-- lead:<id>            hash   see fields in lead.go
-- lead:<id>:days       hash   f<day>, t<day>: findings that begin, end that day
-- lead:<id>:evidence   zset   the first ids of findings, all of score 0
-- leads:<status>:<scheme>:amount, :date   zsets of lead ids
-- leads:changed        zset   lead ids by the number of the record that last changed them
-- case:<id>            hash   see case.go; the parts of the file as JSON, see file.go
-- case:<id>:lines      hash   fee line to fen at risk and fen verified
-- case:<id>:evidence   hash   SHA-256 of the bytes to what they are, as JSON
-- cases:<status>       zset   by the time of opening
-- cases:numbers        hash   the last number of a kind of document in a year
-- dead:<p>             zset   dead letters by offset
-- dead:<p>:settled     hash   offset to what became of it
-- counters             hash

-- Partitions.

local function stale(a)
  local known = call('HGET', key('part:' .. a.part), 'generation')
  if not known or tonumber(known) < tonumber(a.generation) then return end
  if tonumber(known) > tonumber(a.generation) then return 'stale', known end
  return 'same', known
end

check.fence = stale

apply.fence = function(a)
  call('HSET', key('part:' .. a.part), 'generation', a.generation)
  call('SADD', key('parts'), a.part)
end

check.part = function(a)
  local reason, found = stale(a)
  if reason == 'stale' then return reason, found end
  local p = call('HMGET', key('part:' .. a.part), 'next', 'set')
  if not p[1] then return end -- the first step begins where it likes
  if tonumber(p[1]) >= tonumber(a.to) then return 'done', p[1] end
  if p[1] ~= a.from then return 'offset', p[1] end
  if (p[2] or '') ~= a.was then return 'set', p[1] end
end

apply.part = function(a)
  local k = key('part:' .. a.part)
  call('HSET', k, 'next', a.to, 'generation', a.generation, 'set', a.set)
  for name, v in pairs(a.by or {}) do call('HINCRBY', k, name, v) end
  call('SADD', key('parts'), a.part)
end

check.reset = function() end
apply.reset = function()
  for _, p in ipairs(call('SMEMBERS', key('parts'))) do
    call('HSET', key('part:' .. p), 'generation', '0')
  end
end

-- Leads.

-- score makes a sortable number of a time: 20260305083000.
local function score(at) return (string.gsub(at, '%D', '')) end

local function index(id, k, old, at)
  local v = call('HMGET', k, 'status', 'scheme', 'amount')
  if old and old ~= v[1] then
    call('ZREM', key('leads:' .. old .. ':' .. v[2] .. ':amount'), id)
    call('ZREM', key('leads:' .. old .. ':' .. v[2] .. ':date'), id)
  end
  call('ZADD', key('leads:' .. v[1] .. ':' .. v[2] .. ':amount'), v[3], id)
  call('ZADD', key('leads:' .. v[1] .. ':' .. v[2] .. ':date'), score(at), id)
  call('ZADD', key('leads:changed'), call('HGET', key('journal'), 'n'), id)
end

local function setStatus(id, to, at)
  local k = key('lead:' .. id)
  local old = call('HGET', k, 'status')
  call('HSET', k, 'status', to)
  call('HINCRBY', k, 'version', 1)
  index(id, k, old, at)
end

-- edge finds the first or last day again after the one known has gone.
local function edge(days, sort)
  local best
  for _, f in ipairs(call('HKEYS', days)) do
    local day = string.sub(f, 2)
    if string.sub(f, 1, 1) == sort and (not best or (sort == 'f' and day < best) or (sort == 't' and day > best)) then best = day end
  end
  return best or ''
end

-- count adds to the days of one sort (f, t) and keeps the edge in a field.
local function count(k, days, sort, field, by)
  local known = call('HGET', k, field) or ''
  for day, v in pairs(by or {}) do
    local f = sort .. day
    call('HINCRBY', days, f, v)
    if call('HGET', days, f) == '0' then
      call('HDEL', days, f)
    elseif known == '' or (sort == 'f' and day < known) or (sort == 't' and day > known) then
      known = day
    end
  end
  if known ~= '' and call('HEXISTS', days, sort .. known) == 0 then known = edge(days, sort) end
  call('HSET', k, field, known)
end

check.lead = function(a)
  local v = call('HMGET', key('lead:' .. a.id), 'kind', 'code', 'scheme', 'findings', 'amount', 'union')
  if v[1] and (v[1] ~= a.kind or v[2] ~= a.code or v[3] ~= a.scheme) then return 'other', a.id end
  if tonumber(v[4] or '0') + tonumber(a.findings) < 0 then return 'negative', a.id end
  for i = 5, 6 do -- so long as these have at most 18 digits, adding cannot fail
    if v[i] and #v[i] > 18 then return 'large', a.id end
  end
end

apply.lead = function(a, line)
  local k = key('lead:' .. a.id)
  if call('HSETNX', k, 'id', a.id) == 1 then
    call('HSET', k, 'kind', a.kind, 'code', a.code, 'scheme', a.scheme, 'status', 'new', 'version', '1', 'since', line.at)
    call('SADD', key('schemes'), a.scheme)
  end
  call('HINCRBY', k, 'findings', a.findings)
  call('HINCRBY', k, 'amount', a.amount)
  call('HINCRBY', k, 'union', a.union)
  for name, v in pairs(a.detectors or {}) do call('HINCRBY', k, 'det:' .. name, v) end
  for name, v in pairs(a.paths or {}) do call('HINCRBY', k, 'path:' .. name, v) end
  call('HSET', k, 'updated', line.at)
  if a.revision then call('HSET', k, 'revision', a.revision) end
  count(k, k .. ':days', 'f', 'first', a.from)
  count(k, k .. ':days', 't', 'last', a.to)

  local evidence = k .. ':evidence'
  for _, id in ipairs(a.remove or {}) do call('ZREM', evidence, id) end
  for _, id in ipairs(a.add or {}) do call('ZADD', evidence, '0', id) end
  call('ZREMRANGEBYRANK', evidence, a.cap, '-1')

  local v = call('HMGET', k, 'status', 'findings')
  if v[1] == 'new' and v[2] == '0' then
    setStatus(a.id, 'withdrawn', line.at)
  elseif v[1] == 'withdrawn' and v[2] ~= '0' then
    setStatus(a.id, 'new', line.at)
  else
    index(a.id, k, nil, line.at)
  end
end

-- Dead letters and counters.

check.dead = function() end
apply.dead = function(a)
  local k = key('dead:' .. a.part)
  for offset, letter in pairs(a.letters) do call('ZADD', k, offset, letter) end
  local gone = '-' .. tostring(tonumber(a.cap) + 1) -- the last cap stay
  for i, v in ipairs(call('ZRANGE', k, '0', gone, 'WITHSCORES')) do
    if i % 2 == 0 then call('HDEL', k .. ':settled', v) end
  end
  call('ZREMRANGEBYRANK', k, '0', gone)
end

-- settle says what became of a dead letter, once.
check.settle = function(a)
  local k = key('dead:' .. a.part)
  if call('ZCOUNT', k, a.offset, a.offset) == 0 then return 'missing', a.offset end
  if call('HEXISTS', k .. ':settled', a.offset) == 1 then return 'settled', a.offset end
end
apply.settle = function(a) call('HSET', key('dead:' .. a.part .. ':settled'), a.offset, a.how) end

check.count = function() end
apply.count = function(a)
  for name, v in pairs(a.by) do call('HINCRBY', key('counters'), name, v) end
end

-- Cases.

local function file(a, line, leads, how)
  local status = a.status or 'filed' -- lines from before there was a procedure say nothing of it
  call('HSET', key('case:' .. a.case), 'id', a.case, 'status', status, 'version', '1', 'leads', table.concat(leads, ' '),
    'how', how, 'path', a.path or '', 'revision', a.revision or '', 'reason', a.reason or '', 'who', line.who, 'opened', line.at)
  call('ZADD', key('cases:' .. status), score(line.at), a.case)
  for _, id in ipairs(leads) do
    call('HSET', key('lead:' .. id), 'case', a.case)
    setStatus(id, 'filed', line.at)
  end
end

-- decide files a lead by policy, once: of two partitions that decide the same,
-- the second has no effect, and what a person decided stays.
check.decide = function() end
apply.decide = function(a, line)
  if call('HGET', key('lead:' .. a.lead), 'status') ~= 'new' then return end
  if call('EXISTS', key('case:' .. a.case)) == 1 then return end
  file(a, line, {a.lead}, 'decision')
end

-- seen refuses a lead that is not as the person saw it.
local function seen(id, version, from)
  local v = call('HMGET', key('lead:' .. id), 'version', 'status')
  if not v[1] then return 'missing', id end
  if v[1] ~= version then return 'version', id .. ' ' .. v[1] end
  for _, status in ipairs(from) do
    if v[2] == status then return end
  end
  return 'status', id .. ' ' .. v[2]
end

check.open = function(a)
  for i, id in ipairs(a.leads) do
    local reason, found = seen(id, a.versions[i], {'new', 'dismissed'})
    if reason then return reason, found end
  end
  if call('EXISTS', key('case:' .. a.case)) == 1 then return 'exists', a.case end
end
apply.open = function(a, line) file(a, line, a.leads, 'hand') end

-- opencheck opens a case from the result of an inspection, once.
check.opencheck = function(a)
  if call('EXISTS', key('case:' .. a.case)) == 1 then return 'exists', a.case end
end
apply.opencheck = function(a, line)
  file(a, line, {}, 'check')
  call('HSET', key('case:' .. a.case), 'check_campaign', a.campaign, 'check_object', a.object, 'check_kind', a.kind, 'check_code', a.code)
end

-- opentip opens a case from a tip, once.
check.opentip = function(a)
  if call('EXISTS', key('case:' .. a.case)) == 1 then return 'exists', a.case end
end
apply.opentip = function(a, line)
  file(a, line, {}, 'tip')
  call('HSET', key('case:' .. a.case), 'tip', a.tip, 'tip_kind', a.kind, 'tip_code', a.code)
end

-- join puts leads into a case that is worked on; an act beside it keeps the file.
check.join = function(a)
  for i, id in ipairs(a.leads) do
    local v = call('HMGET', key('lead:' .. id), 'status', 'case')
    if v[1] == 'filed' then return 'taken', id .. ' ' .. (v[2] or '') end
    local reason, found = seen(id, a.versions[i], {'new', 'dismissed'})
    if reason then return reason, found end
  end
end
apply.join = function(a, line)
  for _, id in ipairs(a.leads) do
    call('HSET', key('lead:' .. id), 'case', a.case)
    setStatus(id, 'filed', line.at)
  end
end

-- unjoin takes joined leads out again: they are new, or withdrawn where no
-- finding is left, and the lines that fell with them are no longer in the file.
check.unjoin = function(a)
  for i, id in ipairs(a.leads) do
    local reason, found = seen(id, a.versions[i], {'filed'})
    if reason then return reason, found end
    local of = call('HGET', key('lead:' .. id), 'case') or ''
    if of ~= a.case then return 'taken', id .. ' ' .. of end
  end
end
apply.unjoin = function(a, line)
  for _, id in ipairs(a.leads) do
    local k = key('lead:' .. id)
    call('HDEL', k, 'case')
    setStatus(id, call('HGET', k, 'findings') == '0' and 'withdrawn' or 'new', line.at)
  end
  for _, id in ipairs(a.lines or {}) do call('HDEL', key('case:' .. a.case .. ':lines'), id) end
end

-- act is a move of a case, or something put into its file. Whether it may be
-- done was worked out from the version that is checked here.
check.act = function(a)
  local v = call('HMGET', key('case:' .. a.case), 'version', 'status')
  if not v[1] then return 'missing', a.case end
  if v[1] ~= a.version or v[2] ~= a.from then return 'moved', v[1] end
  if a.number then
    local n = call('HGET', key('cases:numbers'), a.number) or '0'
    if tonumber(n) + 1 ~= tonumber(a.n) then return 'number', n end
  end
end
apply.act = function(a, line)
  local k = key('case:' .. a.case)
  for name, v in pairs(a.set or {}) do
    if v == '' then call('HDEL', k, name) else call('HSET', k, name, v) end
  end
  for id, v in pairs(a.lines or {}) do call('HSET', k .. ':lines', id, v) end
  for hash, v in pairs(a.evidence or {}) do call('HSET', k .. ':evidence', hash, v) end
  if a.number then call('HSET', key('cases:numbers'), a.number, a.n) end
  call('HINCRBY', k, 'version', 1)
  call('HSET', k, 'changed', line.at, 'last', line.id .. ' ' .. a.move)
  if a.to ~= a.from then
    call('HSET', k, 'status', a.to)
    call('ZREM', key('cases:' .. a.from), a.case)
    call('ZADD', key('cases:' .. a.to), score(call('HGET', k, 'opened')), a.case)
  end
  for _, id in ipairs(a.leads or {}) do -- of a case that is not filed: free again
    local l = key('lead:' .. id)
    if call('HGET', l, 'case') == a.case then
      call('HSET', l, 'reason', line.body.reason, 'decided_by', line.who, 'decided', line.at)
      setStatus(id, 'dismissed', line.at)
    end
  end
end

check.move = function(a) return seen(a.lead, a.version, a.from) end
apply.move = function(a, line)
  call('HSET', key('lead:' .. a.lead), 'reason', a.reason, 'decided_by', line.who, 'decided', line.at)
  setStatus(a.lead, a.to, line.at)
end

-- assign gives a new lead to a person, or to nobody.
check.assign = function(a) return seen(a.lead, a.version, {'new'}) end
apply.assign = function(a, line)
  local k = key('lead:' .. a.lead)
  local before = call('HGET', k, 'assignee') or ''
  if before ~= '' then call('ZREM', key('assigned:' .. before), a.lead) end
  call('HSET', k, 'assignee', a.to, 'assigned', line.at)
  call('HINCRBY', k, 'version', 1)
  if a.to ~= '' then call('ZADD', key('assigned:' .. a.to), score(line.at), a.lead) end
end
