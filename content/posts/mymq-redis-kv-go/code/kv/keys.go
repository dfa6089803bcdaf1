package main

import (
	"math"
	"strconv"
	"strings"
)

func del(c *call) {
	var removed int64
	for _, key := range c.args[1:] {
		d := c.store.shard(key)
		if _, ok := d.get(key, c.now); ok {
			d.remove(key)
			d.log([]byte("DEL"), key)
			removed++
		}
	}
	c.number(removed)
}

func exists(c *call) {
	var found int64
	for _, key := range c.args[1:] {
		if _, ok := c.store.shard(key).get(key, c.now); ok {
			found++
		}
	}
	c.number(found)
}

func typeOf(c *call) {
	v, ok := c.db().get(c.args[1], c.now)
	switch {
	case !ok:
		c.status("none")
	case v.list != nil:
		c.status("list")
	default:
		c.status("string")
	}
}

func expireSeconds(c *call) { expireIn(c, 1000) }
func expireMillis(c *call)  { expireIn(c, 1) }

func expireIn(c *call, unit int64) {
	n, ok := parseInt(c.args[2])
	if !ok {
		c.fail(errInteger)
		return
	}
	if n > math.MaxInt64/unit || n < math.MinInt64/unit || n*unit > math.MaxInt64-c.now {
		name := strings.ToLower(string(c.args[0]))
		c.fail("ERR invalid expire time in '" + name + "' command")
		return
	}
	c.expire(c.now + n*unit)
}

func expireAt(c *call) {
	at, ok := parseInt(c.args[2])
	if !ok {
		c.fail(errInteger)
		return
	}
	c.expire(at)
}

// expire removes the key at once if the time has passed.
func (c *call) expire(at int64) {
	key, d := c.args[1], c.db()
	v, ok := d.get(key, c.now)
	if !ok {
		c.number(0)
		return
	}
	if at <= c.now {
		d.remove(key)
		d.log([]byte("DEL"), key)
	} else {
		v.expires = at
		d.put(key, v)
		d.log([]byte("PEXPIREAT"), key, strconv.AppendInt(nil, at, 10))
	}
	c.number(1)
}

func persist(c *call) {
	key, d := c.args[1], c.db()
	v, ok := d.get(key, c.now)
	if !ok || v.expires == 0 {
		c.number(0)
		return
	}
	v.expires = 0
	d.put(key, v)
	d.log([]byte("PERSIST"), key)
	c.number(1)
}

func ttl(c *call)  { c.remaining(1000) }
func pttl(c *call) { c.remaining(1) }

// remaining rounds to the nearest unit, as Redis does.
func (c *call) remaining(unit int64) {
	v, ok := c.db().get(c.args[1], c.now)
	switch {
	case !ok:
		c.number(-2)
	case v.expires == 0:
		c.number(-1)
	default:
		c.number((v.expires - c.now + unit/2) / unit)
	}
}
