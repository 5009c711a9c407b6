// Reads a served log with Go's own packages, golang.org/x/mod/sumdb/{note,tlog}, which share no code with the product:
// every signature, every leaf, an inclusion proof for each, and consistency between every two checkpoints.
//
//	read_log URL VKEY CHECKPOINTS
//
// URL is what comes before /checkpoint; CHECKPOINTS is a file of notes, one after another, each ended by a NUL. The
// packages lie beside this file, copied from Go's source when the test runs.
package main

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"

	"outside/note"
	"outside/tlog"
)

func must[T any](value T, err error) T {
	check(err)
	return value
}

func check(err error) {
	if err != nil {
		fmt.Println("wrong:", err)
		os.Exit(1)
	}
}

func fetch(url string) ([]byte, error) {
	answer, err := http.Get(url)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != 200 {
		return nil, fmt.Errorf("%s: %s", url, answer.Status)
	}
	return io.ReadAll(answer.Body)
}

// log reads tiles as C2SP tlog-tiles addresses them: Go's paths also name the tile's height. Each is fetched once and
// checked by Go against the root at every use.
type log struct {
	url   string
	tiles map[tlog.Tile][]byte
}

func (l log) Height() int { return 8 }

func (l log) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range tiles {
		if l.tiles[tile] == nil {
			data, err := fetch(l.url + "/" + strings.Replace(tile.Path(), "tile/8/", "tile/", 1))
			if err != nil {
				return nil, err
			}
			l.tiles[tile] = data
		}
		all = append(all, l.tiles[tile])
	}
	return all, nil
}

func (l log) SaveTiles([]tlog.Tile, [][]byte) {}

// entries gives every leaf's bytes, from the entry bundles.
func (l log) entries(size int64) [][]byte {
	var all [][]byte
	for first := int64(0); first < size; first += 256 {
		width := int(min(256, size-first))
		tile := tlog.Tile{H: 8, L: 0, N: first / 256, W: width}
		path := strings.Replace(tile.Path(), "tile/8/0/", "tile/entries/", 1)
		bundle := must(fetch(l.url + "/" + path))
		for range width {
			length := binary.BigEndian.Uint16(bundle)
			all = append(all, bundle[2:2+length])
			bundle = bundle[2+length:]
		}
		if len(bundle) != 0 {
			check(fmt.Errorf("%s has bytes left over", path))
		}
	}
	return all
}

// tree opens a checkpoint: the log's signature, then origin, size and root.
func tree(text string, verifier note.Verifier) tlog.Tree {
	opened := must(note.Open([]byte(text), note.VerifierList(verifier)))
	lines := strings.Split(opened.Text, "\n")
	if lines[0] != verifier.Name() {
		check(fmt.Errorf("the origin is %q", lines[0]))
	}
	size := must(strconv.ParseInt(lines[1], 10, 64))
	root := must(base64.StdEncoding.DecodeString(lines[2]))
	return tlog.Tree{N: size, Hash: tlog.Hash(root)}
}

func main() {
	log := log{os.Args[1], map[tlog.Tile][]byte{}}
	verifier := must(note.NewVerifier(os.Args[2]))
	var trees []tlog.Tree
	for _, text := range strings.Split(string(must(os.ReadFile(os.Args[3]))), "\x00") {
		if text != "" {
			trees = append(trees, tree(text, verifier))
		}
	}
	trees = append(trees, tree(string(must(fetch(log.url+"/checkpoint"))), verifier))
	newest := trees[len(trees)-1]
	hashes := tlog.TileHashReader(newest, log)

	for index, entry := range log.entries(newest.N) {
		leaf := tlog.RecordHash(entry)
		proof := must(tlog.ProveRecord(newest.N, int64(index), hashes))
		check(tlog.CheckRecord(proof, newest.N, newest.Hash, int64(index), leaf))
	}
	pairs := 0
	for _, new := range trees {
		for _, old := range trees {
			if old.N <= new.N && old.N > 0 {
				proof := must(tlog.ProveTree(new.N, old.N, hashes))
				check(tlog.CheckTree(proof, new.N, new.Hash, old.N, old.Hash))
				pairs++
			}
		}
	}
	fmt.Printf("%d leaves included, %d pairs of checkpoints consistent\n", newest.N, pairs)
}
