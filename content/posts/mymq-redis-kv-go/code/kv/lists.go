package main

import (
	"math"
	"strings"
)

func lpush(c *call) { push(c, (*list).pushLeft) }
func rpush(c *call) { push(c, (*list).pushRight) }
func lpop(c *call)  { pop(c, (*list).popLeft) }
func rpop(c *call)  { pop(c, (*list).popRight) }

func push(c *call, add func(*list, []byte)) {
	d := c.db()
	l, ok := d.listAt(c.args[1], c.now)
	if !ok {
		c.fail(errWrongType)
		return
	}
	for _, item := range c.args[2:] {
		add(l, item)
	}
	d.log(c.args...)
	c.number(int64(l.len()))
}

func pop(c *call, take func(*list) []byte) {
	count, counted := int64(1), len(c.args) > 2
	if len(c.args) > 3 {
		c.wrongCount(strings.ToLower(string(c.args[0])))
		return
	}
	if counted {
		var ok bool
		if count, ok = parseInt(c.args[2]); !ok || count < 0 {
			c.fail(errPositive)
			return
		}
	}
	key, d := c.args[1], c.db()
	l, ok := d.getList(key, c.now)
	switch {
	case !ok:
		c.fail(errWrongType)
	case l == nil && counted:
		c.out = appendNilArray(c.out)
	case l == nil:
		c.null()
	default:
		if counted {
			c.out = appendArray(c.out, int(minInt(count, int64(l.len()))))
		}
		if count > 0 {
			d.log(c.args...)
		}
		for ; count > 0 && l.len() > 0; count-- {
			c.bulk(take(l))
		}
		d.dropEmpty(key, l)
	}
}

func llen(c *call) {
	l, ok := c.db().getList(c.args[1], c.now)
	switch {
	case !ok:
		c.fail(errWrongType)
	case l == nil:
		c.number(0)
	default:
		c.number(int64(l.len()))
	}
}

func lrange(c *call) {
	from, fromOK := parseInt(c.args[2])
	to, toOK := parseInt(c.args[3])
	if !fromOK || !toOK {
		c.fail(errInteger)
		return
	}
	l, ok := c.db().getList(c.args[1], c.now)
	if !ok {
		c.fail(errWrongType)
		return
	}
	if l == nil {
		l = &list{}
	}
	size := int64(l.len())
	from, to = maxInt(fromEnd(from, size), 0), minInt(fromEnd(to, size), size-1)
	c.out = appendArray(c.out, int(maxInt(to-from+1, 0)))
	for ; from <= to; from++ {
		c.bulk(l.at(int(from)))
	}
}

func fromEnd(i, size int64) int64 {
	if i < 0 && i >= -size {
		return i + size
	}
	return i
}

func lrem(c *call) {
	count, ok := parseInt(c.args[2])
	if !ok {
		c.fail(errInteger)
		return
	}
	count = maxInt(count, -math.MaxInt64) // its opposite exists
	key, d := c.args[1], c.db()
	l, ok := d.getList(key, c.now)
	switch {
	case !ok:
		c.fail(errWrongType)
	case l == nil:
		c.number(0)
	default:
		removed := l.remove(c.args[3], count)
		if removed > 0 {
			d.log(c.args...)
		}
		d.dropEmpty(key, l)
		c.number(removed)
	}
}

// #region lmove
func lmove(c *call) {
	take, okFrom := side(c.args[3], (*list).popLeft, (*list).popRight)
	add, okTo := side(c.args[4], (*list).pushLeft, (*list).pushRight)
	if !okFrom || !okTo {
		c.fail(errSyntax)
		return
	}
	from, to := c.store.shard(c.args[1]), c.store.shard(c.args[2])
	source, ok := from.getList(c.args[1], c.now)
	if ok && source == nil {
		c.null()
		return
	}
	target, okTarget := to.getList(c.args[2], c.now)
	if !ok || !okTarget {
		c.fail(errWrongType)
		return
	}
	if target == nil {
		target, _ = to.listAt(c.args[2], c.now)
	}
	item := take(source)
	add(target, item)
	from.dropEmpty(c.args[1], source)
	from.log(c.args...)
	c.bulk(item)
}

// #endregion

// side picks by the words LEFT and RIGHT.
func side[F any](word []byte, left, right F) (F, bool) {
	switch strings.ToUpper(string(word)) {
	case "LEFT":
		return left, true
	case "RIGHT":
		return right, true
	}
	return left, false
}

func minInt(a, b int64) int64 {
	if a < b {
		return a
	}
	return b
}

func maxInt(a, b int64) int64 {
	if a > b {
		return a
	}
	return b
}
