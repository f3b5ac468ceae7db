// A second opinion on logs: checks bundles, proofs and notes with the Go checksum database's own packages
// `golang.org/x/mod/sumdb/tlog` and `sumdb/note` (Debian: golang-golang-x-mod-dev), and with nothing of vcto's.
//
// One question a line on standard input, one answer a line on standard output, `ok` or `refused: why`:
//
//	bundle FOLDER VKEY                                  signature, every tile, every entry
//	proof FILE VKEY                                     a C2SP tlog-proof with the leaf as extra data
//	consistency OLD OLD_ROOT NEW NEW_ROOT [HASH,HASH..] base64 hashes
package main

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// The height of C2SP's tiles, and the length of an entry behind its two bytes of length.
const height, entryLength = 8, 127

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if err := answer(strings.Split(lines.Text(), " ")); err != nil {
			fmt.Println("refused:", strings.ReplaceAll(err.Error(), "\n", " "))
		} else {
			fmt.Println("ok")
		}
	}
}

func answer(words []string) error {
	switch {
	case words[0] == "bundle" && len(words) == 3:
		return bundle(words[1], words[2])
	case words[0] == "proof" && len(words) == 3:
		return proof(words[1], words[2])
	case words[0] == "consistency" && len(words) == 6:
		return consistency(words[1:])
	}
	return errors.New("no such question")
}

// The tree that a signed checkpoint speaks of: origin, size, root.
func opened(signed []byte, vkey string) (tlog.Tree, error) {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return tlog.Tree{}, err
	}
	checked, err := note.Open(signed, note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.Split(checked.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() || lines[3] != "" {
		return tlog.Tree{}, errors.New("not the checkpoint of this log")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	root, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: root}, err
}

func bundle(folder, vkey string) error {
	signed, err := os.ReadFile(filepath.Join(folder, "checkpoint"))
	if err != nil {
		return err
	}
	tree, err := opened(signed, vkey)
	if err != nil {
		return err
	}
	leaves, err := entries(folder, tree.N)
	if err != nil {
		return err
	}
	// The hashes of all complete subtrees, from the entries alone.
	var stored []tlog.Hash
	var indexes []int64
	fromEntries := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		hashes := make([]tlog.Hash, len(indexes))
		for at, index := range indexes {
			hashes[at] = stored[index]
		}
		return hashes, nil
	})
	for seq, leaf := range leaves {
		hashes, err := tlog.StoredHashes(int64(seq), leaf, fromEntries)
		if err != nil {
			return err
		}
		stored = append(stored, hashes...)
		indexes = append(indexes, tlog.StoredHashIndex(0, int64(seq)))
	}
	// The same leaves by the tiles, which the package checks against the signed root.
	read, err := tlog.TileHashReader(tree, tiles(folder)).ReadHashes(indexes)
	if err != nil {
		return err
	}
	for seq, leaf := range leaves {
		if read[seq] != tlog.RecordHash(leaf) {
			return fmt.Errorf("entry %d is not the leaf of its tile", seq)
		}
	}
	root, err := tlog.TreeHash(tree.N, fromEntries)
	if err != nil {
		return err
	}
	if root != tree.Hash {
		return errors.New("the entries do not lead to the signed root")
	}
	whole := tlog.NewTiles(height, 0, tree.N)
	for at, tile := range whole {
		if at+1 < len(whole) && whole[at+1].L == tile.L && whole[at+1].N == tile.N {
			continue // a narrower state of the tile that follows
		}
		want, err := tlog.ReadTileData(tile, fromEntries)
		if err != nil {
			return err
		}
		have, err := os.ReadFile(filepath.Join(folder, tilePath(tile)))
		if err != nil {
			return err
		}
		if !bytes.Equal(want, have) {
			return fmt.Errorf("%s is not the tile of the entries", tilePath(tile))
		}
	}
	return nil
}

// `tile/<height>/<level>/..` of the package is `tile/<level>/..` of C2SP.
func tilePath(tile tlog.Tile) string {
	return "tile/" + strings.TrimPrefix(tile.Path(), fmt.Sprintf("tile/%d/", height))
}

// The headers of all entries, out of `tile/entries`.
func entries(folder string, size int64) ([][]byte, error) {
	var leaves [][]byte
	for n := int64(0); n*(1<<height) < size; n++ {
		width := size - n<<height
		if width > 1<<height {
			width = 1 << height
		}
		path := tilePath(tlog.Tile{H: height, L: 0, N: n, W: int(width)})
		data, err := os.ReadFile(filepath.Join(folder, strings.Replace(path, "tile/0/", "tile/entries/", 1)))
		if err != nil {
			return nil, err
		}
		if int64(len(data)) != width*(2+entryLength) {
			return nil, fmt.Errorf("bundle %d of entries is of another length", n)
		}
		for ; len(data) > 0; data = data[2+entryLength:] {
			if data[0] != 0 || data[1] != entryLength {
				return nil, fmt.Errorf("an entry of bundle %d has another length", n)
			}
			leaves = append(leaves, data[2:2+entryLength])
		}
	}
	return leaves, nil
}

// Reads tiles from a folder.
type tiles string

func (tiles) Height() int { return height }

func (folder tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	data := make([][]byte, len(wanted))
	for at, tile := range wanted {
		var err error
		if data[at], err = os.ReadFile(filepath.Join(string(folder), tilePath(tile))); err != nil {
			return nil, err
		}
	}
	return data, nil
}

func (tiles) SaveTiles([]tlog.Tile, [][]byte) {}

func proof(file, vkey string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	head, signed, found := bytes.Cut(text, []byte("\n\n"))
	if !found {
		return errors.New("no checkpoint")
	}
	tree, err := opened(signed, vkey)
	if err != nil {
		return err
	}
	lines := strings.Split(string(head), "\n")
	if len(lines) < 3 || lines[0] != "c2sp.org/tlog-proof@v1" {
		return errors.New("not a proof")
	}
	leaf, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(lines[1], "extra "))
	if err != nil {
		return err
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[2], "index "), 10, 64)
	if err != nil {
		return err
	}
	hashes, err := parsed(lines[3:])
	if err != nil {
		return err
	}
	return tlog.CheckRecord(hashes, tree.N, tree.Hash, index, tlog.RecordHash(leaf))
}

func consistency(words []string) error {
	old, err := strconv.ParseInt(words[0], 10, 64)
	if err != nil {
		return err
	}
	size, err := strconv.ParseInt(words[2], 10, 64)
	if err != nil {
		return err
	}
	roots, err := parsed([]string{words[1], words[3]})
	if err != nil {
		return err
	}
	var list []string
	if words[4] != "" {
		list = strings.Split(words[4], ",")
	}
	hashes, err := parsed(list)
	if err != nil {
		return err
	}
	return tlog.CheckTree(hashes, size, roots[1], old, roots[0])
}

func parsed(texts []string) ([]tlog.Hash, error) {
	var hashes []tlog.Hash
	for _, text := range texts {
		hash, err := tlog.ParseHash(text)
		if err != nil {
			return nil, err
		}
		hashes = append(hashes, hash)
	}
	return hashes, nil
}
