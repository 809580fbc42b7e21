-- The operations of tips. Their meaning is fixed: old lines of the journal are
-- applied again by them.
--
-- tip:<id>        hash  id, receipt, channel, status, version, since, said and about (sealed), identity (age), case, told, opened
-- tip:<id>:said   zset  messages by number: from and sealed text
-- tips            zset  by the time they came
-- tips:receipts   hash  keyed hash of a receipt to the id

local function seen(a)
  local v = call('HGET', key('tip:' .. a.tip), 'version')
  if not v then return 'missing', a.tip end
  if a.version and v ~= a.version then return 'version', v end
end

local function say(a, from, at)
  local k = key('tip:' .. a.tip)
  local n = call('HINCRBY', k, 'messages', 1)
  call('ZADD', k .. ':said', tostring(n), at .. '|' .. from .. '|' .. a.text)
end

check.tip = function(a)
  if call('EXISTS', key('tip:' .. a.tip)) == 1 then return 'exists', a.tip end
end
apply.tip = function(a, line)
  local k = key('tip:' .. a.tip)
  call('HSET', k, 'id', a.tip, 'receipt', a.receipt, 'channel', a.channel, 'status', 'received', 'version', '1', 'since', line.at,
    'said', a.said, 'about', a.about, 'identity', a.identity)
  call('ZADD', key('tips'), (string.gsub(line.at, '%D', '')), a.tip)
  call('HSET', key('tips:receipts'), a.receipt, a.tip)
end

-- message adds what somebody says; from the public it names no version.
check.message = seen
apply.message = function(a, line)
  say(a, a.from, line.at)
  call('HINCRBY', key('tip:' .. a.tip), 'version', 1)
end

-- tipmove changes the status, and ties the tip to a case.
check.tipmove = function(a)
  local reason, found = seen(a)
  if reason then return reason, found end
  local status = call('HGET', key('tip:' .. a.tip), 'status')
  for _, from in ipairs(a.from) do
    if from == status then return end
  end
  return 'status', status
end
apply.tipmove = function(a, line)
  local k = key('tip:' .. a.tip)
  call('HSET', k, 'status', a.to)
  if a.case then call('HSET', k, 'case', a.case) end
  if a.told then call('HSET', k, 'told', a.told) end
  call('HINCRBY', k, 'version', 1)
end

-- tipopened says that both custodians saw who it is.
check.tipopened = function(a)
  local reason, found = seen(a)
  if reason then return reason, found end
  if (call('HGET', key('tip:' .. a.tip), 'identity') or '') == '' then return 'anonymous', a.tip end
end
apply.tipopened = function(a, line)
  local k = key('tip:' .. a.tip)
  call('HINCRBY', k, 'opened', 1)
  call('HSET', k, 'openedat', line.at)
  call('HINCRBY', k, 'version', 1)
end
