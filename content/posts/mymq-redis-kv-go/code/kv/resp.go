package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strconv"
)

// Limits on what a stranger can make the server remember before it knows
// whether the command makes sense.
const (
	maxLine    = 64 << 10 // an inline command or a header, as in Redis
	maxArgs    = 1 << 20  // as in Redis
	maxBulk    = 8 << 20  // one argument; Redis allows 512 MiB
	maxCommand = 16 << 20 // all arguments of one command together
	// growStep is what a claimed length may reserve before its bytes arrive.
	growStep = 64 << 10
)

// protocolError ends the connection: after it nobody knows where the next
// command begins.
type protocolError string

func (e protocolError) Error() string { return "Protocol error: " + string(e) }

// readCommand reads an array of bulk strings, or a line of words as a person
// types it. An empty command is possible and has no reply.
func readCommand(r *bufio.Reader) ([][]byte, error) {
	line, err := readLine(r)
	if err != nil {
		return nil, err
	}
	if len(line) == 0 || line[0] != '*' {
		return splitInline(line)
	}
	count, err := strconv.Atoi(string(line[1:]))
	if err != nil || count > maxArgs {
		return nil, protocolError("invalid multibulk length")
	}
	return readArgs(r, count)
}

// #region parse
func readArgs(r *bufio.Reader, count int) ([][]byte, error) {
	var args [][]byte
	budget := maxCommand
	for len(args) < count {
		line, err := readLine(r)
		if err != nil {
			return nil, err
		}
		if len(line) == 0 || line[0] != '$' {
			return nil, protocolError(fmt.Sprintf("expected '$', got '%s'", first(line)))
		}
		size, err := strconv.Atoi(string(line[1:]))
		if err != nil || size < 0 || size > maxBulk || size > budget {
			return nil, protocolError("invalid bulk length")
		}
		arg, err := readBulk(r, size)
		if err != nil {
			return nil, err
		}
		budget -= size
		args = append(args, arg)
	}
	return args, nil
}

// readBulk believes a length only as far as the bytes have arrived.
func readBulk(r *bufio.Reader, size int) ([]byte, error) {
	arg := make([]byte, 0, min(size, growStep))
	for len(arg) < size {
		step := min(size-len(arg), growStep)
		arg = append(arg, make([]byte, step)...)
		if _, err := io.ReadFull(r, arg[len(arg)-step:]); err != nil {
			return nil, err
		}
	}
	end, err := r.Peek(len("\r\n"))
	if err == nil && string(end) != "\r\n" {
		err = protocolError("expected the end of a bulk string")
	}
	r.Discard(len(end))
	return arg, err
}

// #endregion

// readLine returns a line without its end. The line is valid until the next
// read.
func readLine(r *bufio.Reader) ([]byte, error) {
	line, err := r.ReadSlice('\n')
	if err == bufio.ErrBufferFull {
		return nil, protocolError("too big inline request")
	}
	if err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(line[:len(line)-1], []byte("\r")), nil
}

// splitInline splits at spaces. Redis also understands quotes here; a line with
// a quote is refused, not misread.
func splitInline(line []byte) ([][]byte, error) {
	if bytes.ContainsAny(line, `"'`) {
		return nil, protocolError("quotes in inline commands are not supported")
	}
	var args [][]byte
	for _, word := range bytes.Fields(line) {
		args = append(args, append([]byte(nil), word...))
	}
	return args, nil
}

func first(line []byte) string {
	if len(line) == 0 {
		return "\r"
	}
	return string(line[:1])
}

func min(a, b int) int {
	if a < b {
		return a
	}
	return b
}

// The append functions write one reply, or one command of the log.

func appendStatus(out []byte, status string) []byte {
	return append(append(append(out, '+'), status...), "\r\n"...)
}

func appendError(out []byte, message string) []byte {
	return append(append(append(out, '-'), message...), "\r\n"...)
}

func appendInt(out []byte, n int64) []byte {
	return append(strconv.AppendInt(append(out, ':'), n, 10), "\r\n"...)
}

func appendArray(out []byte, length int) []byte {
	return append(strconv.AppendInt(append(out, '*'), int64(length), 10), "\r\n"...)
}

func appendBulk(out []byte, value []byte) []byte {
	out = append(strconv.AppendInt(append(out, '$'), int64(len(value)), 10), "\r\n"...)
	return append(append(out, value...), "\r\n"...)
}

func appendNil(out []byte) []byte      { return append(out, "$-1\r\n"...) }
func appendNilArray(out []byte) []byte { return append(out, "*-1\r\n"...) }

func appendCommand(out []byte, args ...[]byte) []byte {
	out = appendArray(out, len(args))
	for _, arg := range args {
		out = appendBulk(out, arg)
	}
	return out
}
