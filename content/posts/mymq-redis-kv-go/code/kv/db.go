package main

import "time"

// db is the data of one shard: no lock, no socket, no clock. Time is an
// argument, in milliseconds since 1970.
type db struct {
	values map[string]value
	// log receives what must be replayed; nil while replaying.
	log func(args ...[]byte)
}

// A value is a string or a list; expires is 0 for values that stay.
type value struct {
	text    []byte
	list    *list
	expires int64
}

func newDB() *db {
	return &db{values: map[string]value{}, log: func(...[]byte) {}}
}

func nowMillis() int64 { return time.Now().UnixMilli() }

// #region expire
// get treats an expired key as absent and says so in the log. A replay must not
// decide by its own clock: at a later time the key of an INCR has expired, and
// the INCR would bring it back without an end.
func (d *db) get(key []byte, now int64) (value, bool) {
	v, ok := d.values[string(key)]
	if ok && v.expires != 0 && v.expires <= now {
		d.remove(key)
		d.log([]byte("DEL"), key)
		return value{}, false
	}
	return v, ok
}

// #endregion

func (d *db) put(key []byte, v value) {
	d.values[string(key)] = v
}

func (d *db) remove(key []byte) {
	delete(d.values, string(key))
}

// getList returns nil for an absent key and false for another type.
func (d *db) getList(key []byte, now int64) (*list, bool) {
	v, ok := d.get(key, now)
	if !ok {
		return nil, true
	}
	return v.list, v.list != nil
}

// listAt makes the list if the key is absent.
func (d *db) listAt(key []byte, now int64) (*list, bool) {
	l, ok := d.getList(key, now)
	if ok && l == nil {
		l = &list{}
		d.put(key, value{list: l})
	}
	return l, ok
}

// dropEmpty: a list without elements does not exist.
func (d *db) dropEmpty(key []byte, l *list) {
	if l.len() == 0 {
		d.remove(key)
	}
}
