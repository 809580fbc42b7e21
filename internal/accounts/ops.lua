-- The operations of users. Their meaning is fixed: old lines of the journal are
-- applied again by them.
--
-- user:<id>     hash   see user.go
-- users         set    ids
-- users:login   hash   login to id
-- views:<user>  hash   name:<view>, query:<view>, since:<view>

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

-- view keeps a list under a name, for its user alone; a name is there once.
check.view = function(a)
  local k, names = key('views:' .. a.user), 0
  local known = call('HEXISTS', k, 'name:' .. a.id) == 1
  if a.known and not known then return 'missing', a.id end
  for _, field in ipairs(call('HKEYS', k)) do
    if string.sub(field, 1, 5) == 'name:' then
      names = names + 1
      if field ~= 'name:' .. a.id and call('HGET', k, field) == a.name then return 'name', '' end
    end
  end
  if not known and names >= tonumber(a.most) then return 'many', '' end
end
apply.view = function(a, line)
  local k = key('views:' .. a.user)
  call('HSET', k, 'name:' .. a.id, a.name, 'query:' .. a.id, a.query)
  call('HSETNX', k, 'since:' .. a.id, line.at)
end

check.unview = function(a)
  if call('HEXISTS', key('views:' .. a.user), 'name:' .. a.id) == 0 then return 'missing', a.id end
end
apply.unview = function(a)
  call('HDEL', key('views:' .. a.user), 'name:' .. a.id, 'query:' .. a.id, 'since:' .. a.id)
end
