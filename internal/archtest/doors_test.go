package archtest

import (
	"slices"
	"strings"
)

// roomOf finds the row of a folder.
func roomOf(dir string) *room {
	for i := range rooms {
		if matches(rooms[i].dir, dir) {
			return &rooms[i]
		}
	}
	return nil
}

// checkRooms: every folder has a row, every row a folder.
func checkRooms(t *tree) (out []string) {
	seen := map[*room]bool{}
	var unknown []string
	for _, f := range t.files {
		if f.foreign {
			continue
		}
		r := roomOf(f.dir)
		seen[r] = true
		if r == nil && !slices.Contains(unknown, f.dir) {
			unknown = append(unknown, f.dir)
			out = append(out, f.dir+": no row in rooms (internal/archtest/rooms_test.go) names this folder: write down what it may import, and why")
		}
	}
	for i := range rooms {
		if !rooms[i].later && !seen[&rooms[i]] {
			out = append(out, rooms[i].dir+": has a row in rooms (internal/archtest/rooms_test.go) but no Go file: take the row out")
		}
	}
	return out
}

// checkOurs: a room imports of ours only what its row allows.
func checkOurs(t *tree) (out []string) {
	for _, f := range t.product() {
		r := roomOf(f.dir)
		for _, in := range f.imports() {
			dir, ok := in.ours()
			if !ok || r == nil || slices.Contains(r.ours, "...") || matchesAny(r.ours, dir) {
				continue
			}
			out = append(out, f.path+": may not import "+dir+": "+r.why)
		}
	}
	return out
}

// doorOf finds the row with the longest path that an import begins with.
func doorOf(doors []door, p string) *door {
	var best *door
	for i, d := range doors {
		if (p == d.path || strings.HasPrefix(p, d.path+"/")) && (best == nil || len(d.path) > len(best.path)) {
			best = &doors[i]
		}
	}
	return best
}

// checkLibraries: what others wrote comes in by its own door.
func checkLibraries(t *tree) (out []string) {
	for _, f := range t.product() {
		for _, in := range f.imports() {
			if _, ours := in.ours(); ours || in.standard() || doorOf(banned, in.path) != nil {
				continue
			}
			switch d := doorOf(libraries, in.path); {
			case d == nil:
				out = append(out, f.path+": "+in.path+" has no row in libraries (internal/archtest/rooms_test.go): write down which room may use it, and why")
			case !matchesAny(d.rooms, f.dir):
				out = append(out, f.path+": may not import "+in.path+" (only "+strings.Join(d.rooms, ", ")+"): "+d.why)
			}
		}
	}
	return out
}

// checkBanned: some packages are for nobody, tests included.
func checkBanned(t *tree) (out []string) {
	for _, f := range t.files {
		for _, in := range f.imports() {
			d := doorOf(banned, in.path)
			if d == nil || in.standard() && in.path != d.path || in.standard() && f.test {
				continue
			}
			out = append(out, f.path+": nobody may import "+in.path+": "+d.why)
		}
	}
	return out
}

// checkGuarded: clocks, files, network and chance come in through the door.
func checkGuarded(t *tree) (out []string) {
	for _, f := range t.product() {
		for _, in := range f.imports() {
			for _, d := range guarded {
				if in.path == d.path && !matchesAny(d.rooms, f.dir) {
					out = append(out, f.path+": may not import "+in.path+": "+d.why)
				}
			}
			for _, c := range closed {
				if in.standard() && matchesAny(c.rooms, f.dir) && !slices.Contains(c.packages, in.path) {
					out = append(out, f.path+": "+in.path+" is not on this room's list of standard packages: "+c.why)
				}
			}
		}
	}
	return out
}

// fits reports whether a name is the one that a row guards.
func (u *use) fits(pkg, name string) bool {
	if pkg != u.pkg {
		return false
	}
	if begin, ok := strings.CutSuffix(u.name, "*"); ok {
		return strings.HasPrefix(name, begin)
	}
	if end, ok := strings.CutPrefix(u.name, "*"); ok {
		return strings.HasSuffix(name, end)
	}
	return name == u.name
}
