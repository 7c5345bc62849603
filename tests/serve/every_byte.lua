-- SPDX-License-Identifier: GPL-3.0-only
-- For wrk: random ranges of random hosts' images, each answer compared byte by byte.
-- Arguments: for every host its name, the ETag of its image and a file with the image.

local threads = {}

function setup(thread)
	table.insert(threads, thread)
	thread:set("seed", #threads)
end

function init(arguments)
	math.randomseed(seed)
	right, wrong = 0, 0
	names, by_name, by_tag = {}, {}, {}
	for n = 1, #arguments, 3 do
		local file = assert(io.open(arguments[n + 2], "rb"))
		local image = file:read("*a")
		file:close()
		table.insert(names, arguments[n])
		by_name[arguments[n]] = image
		by_tag[arguments[n + 1]] = image
	end
end

function request()
	local name = names[math.random(#names)]
	local size = #by_name[name]
	local first = math.random(0, size - 1)
	local last = math.min(first + math.random(0, 8191), size - 1)
	return wrk.format("GET", "/" .. name .. ".iso",
		{ ["Range"] = string.format("bytes=%d-%d", first, last) })
end

-- The answer itself says which part of which image it is.
function response(status, headers, body)
	local first, last = string.match(headers["Content-Range"] or "", "^bytes (%d+)-(%d+)/")
	local image = by_tag[headers["ETag"] or ""]
	if status == 206 and image and string.sub(image, first + 1, last + 1) == body then
		right = right + 1
	else
		wrong = wrong + 1
	end
end

function done(summary)
	local right, wrong = 0, 0
	for _, thread in ipairs(threads) do
		right = right + thread:get("right")
		wrong = wrong + thread:get("wrong")
	end
	local errors = summary.errors
	print(string.format("right %d wrong %d connect %d read %d write %d timeout %d", right, wrong,
		errors.connect, errors.read, errors.write, errors.timeout))
end
