package main

// A list is a ring buffer: both ends cost the same.
type list struct {
	ring  [][]byte
	start int
	size  int
}

func (l *list) len() int { return l.size }

func (l *list) at(i int) []byte { return l.ring[l.slot(i)] }

func (l *list) slot(i int) int { return (l.start + i) % len(l.ring) }

func (l *list) pushRight(item []byte) {
	l.grow()
	l.ring[l.slot(l.size)] = item
	l.size++
}

func (l *list) pushLeft(item []byte) {
	l.grow()
	l.start = (l.start + len(l.ring) - 1) % len(l.ring)
	l.ring[l.start] = item
	l.size++
}

func (l *list) popLeft() []byte {
	item := l.ring[l.start]
	l.ring[l.start] = nil
	l.start = l.slot(1)
	l.size--
	return item
}

func (l *list) popRight() []byte {
	slot := l.slot(l.size - 1)
	item := l.ring[slot]
	l.ring[slot] = nil
	l.size--
	return item
}

// remove takes out up to |count| equal items, from the left, or from the right
// if count is negative; all of them if it is 0.
func (l *list) remove(item []byte, count int64) int64 {
	step, at := 1, 0
	if count < 0 {
		step, at, count = -1, l.size-1, -count
	}
	doomed := map[int]bool{}
	for ; at >= 0 && at < l.size && (count == 0 || int64(len(doomed)) < count); at += step {
		if string(l.at(at)) == string(item) {
			doomed[at] = true
		}
	}
	if len(doomed) == 0 {
		return 0
	}
	kept := list{}
	for i := 0; i < l.size; i++ {
		if !doomed[i] {
			kept.pushRight(l.at(i))
		}
	}
	*l = kept
	return int64(len(doomed))
}

func (l *list) grow() {
	if l.size < len(l.ring) {
		return
	}
	ring := make([][]byte, 2*l.size+4)
	for i := 0; i < l.size; i++ {
		ring[i] = l.at(i)
	}
	l.ring, l.start = ring, 0
}
