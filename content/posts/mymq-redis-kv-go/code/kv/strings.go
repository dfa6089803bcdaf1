package main

import (
	"math"
	"strconv"
	"strings"
)

func get(c *call) {
	v, ok := c.db().get(c.args[1], c.now)
	switch {
	case !ok:
		c.null()
	case v.list != nil:
		c.fail(errWrongType)
	default:
		c.bulk(v.text)
	}
}

type setOptions struct {
	expires          int64
	keepTTL          bool
	ifAbsent, ifHere bool
}

func set(c *call) {
	options, message := parseSet(c.args[3:], c.now)
	if message != "" {
		c.fail(message)
		return
	}
	key, d := c.args[1], c.db()
	old, here := d.get(key, c.now)
	if options.ifAbsent && here || options.ifHere && !here {
		c.null()
		return
	}
	if options.keepTTL {
		options.expires = old.expires
	}
	d.put(key, value{text: c.args[2], expires: options.expires})
	logSet(d, key, c.args[2], options.expires)
	c.status("OK")
}

// logSet writes what happened, not what was asked: a time, not a duration.
func logSet(d *db, key, text []byte, expires int64) {
	if expires == 0 {
		d.log([]byte("SET"), key, text)
		return
	}
	d.log([]byte("SET"), key, text, []byte("PXAT"), strconv.AppendInt(nil, expires, 10))
}

func parseSet(words [][]byte, now int64) (o setOptions, message string) {
	timed := false
	for i := 0; i < len(words); i++ {
		switch word := strings.ToUpper(string(words[i])); word {
		case "NX":
			o.ifAbsent = true
		case "XX":
			o.ifHere = true
		case "KEEPTTL":
			o.keepTTL = true
		case "EX", "PX", "PXAT":
			if i++; i == len(words) || timed {
				return o, errSyntax
			}
			timed = true
			// A bad number is reported only if the rest of the options is right.
			o.expires, message = deadline(words[i], word, now)
		default:
			return o, errSyntax
		}
	}
	if o.ifAbsent && o.ifHere || o.keepTTL && timed {
		return o, errSyntax
	}
	return o, message
}

func deadline(word []byte, unit string, now int64) (int64, string) {
	n, ok := parseInt(word)
	if !ok {
		return 0, errInteger
	}
	const invalid = "ERR invalid expire time in 'set' command"
	if n <= 0 || unit == "EX" && n > math.MaxInt64/1000 {
		return 0, invalid
	}
	if unit == "EX" {
		n *= 1000
	}
	if unit == "PXAT" {
		return n, ""
	}
	if n > math.MaxInt64-now {
		return 0, invalid
	}
	return now + n, ""
}

func incr(c *call) { add(c, 1) }
func decr(c *call) { add(c, -1) }

func incrBy(c *call) {
	if by, ok := parseInt(c.args[2]); ok {
		add(c, by)
		return
	}
	c.fail(errInteger)
}

func add(c *call, by int64) {
	key, d := c.args[1], c.db()
	v, ok := d.get(key, c.now)
	if v.list != nil {
		c.fail(errWrongType)
		return
	}
	var n int64
	if ok {
		if n, ok = parseInt(v.text); !ok {
			c.fail(errInteger)
			return
		}
	}
	if by > 0 && n > math.MaxInt64-by || by < 0 && n < math.MinInt64-by {
		c.fail(errOverflow)
		return
	}
	v.text = strconv.AppendInt(nil, n+by, 10)
	d.put(key, v)
	d.log([]byte("INCRBY"), key, strconv.AppendInt(nil, by, 10))
	c.number(n + by)
}
