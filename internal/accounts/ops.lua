-- The operations of users. Their meaning is fixed: old lines of the journal are
-- applied again by them.
--
-- user:<id>     hash   see user.go
-- users         set    ids
-- users:login   hash   login to id

check.user = function(a)
  local k = key('user:' .. a.id)
  local have = call('HGET', k, 'version') or '0'
  if have ~= a.version then return 'version', a.id .. ' ' .. have end
  if a.first and call('SCARD', key('users')) > 0 then return 'first', '' end
  local owner = call('HGET', key('users:login'), a.login)
  if owner and owner ~= a.id then return 'login', a.login end
end

apply.user = function(a, line)
  local k = key('user:' .. a.id)
  local login = call('HGET', k, 'login')
  if login and login ~= a.login then call('HDEL', key('users:login'), login) end
  call('HSETNX', k, 'since', line.at)
  call('HSET', k, 'id', a.id, 'version', string.format('%.0f', tonumber(a.version) + 1), 'login', a.login, 'name', a.name,
    'roles', a.roles, 'counties', a.counties, 'status', a.status, 'proof', a.proof, 'changed', line.at, 'changed_by', line.who)
  call('SADD', key('users'), a.id)
  call('HSET', key('users:login'), a.login, a.id)
end

-- note changes nothing: the line itself is what is wanted, as of a look at
-- personal data.
check.note = function() end
apply.note = function() end
