extension ViewerScript {
    /// Reads what MeshEncoding and LiveView wrote.
    static let decoding = #"""
        function bytesOf(text) { return Uint8Array.from(atob(text), letter => letter.charCodeAt(0)); }

        async function inflate(bytes, part) {
            const packed = new Blob([bytes.subarray(part[0], part[0] + part[1])]);
            const plain = packed.stream().pipeThrough(new DecompressionStream("deflate"));
            return new Uint8Array(await new Response(plain).arrayBuffer());
        }

        async function signed(bytes, part, planes = 2) {
            const all = await inflate(bytes, part), count = all.length / planes, numbers = new Int32Array(count);
            for (let i = 0; i < count; i++) {
                let folded = 0;
                for (let plane = 0; plane < planes; plane++) folded |= all[plane * count + i] << 8 * plane;
                numbers[i] = folded >>> 1 ^ -(folded & 1);
            }
            return numbers;
        }

        async function bits(bytes, part, count) {
            const packed = await inflate(bytes, part), flags = new Uint8Array(count);
            for (let i = 0; i < count; i++) flags[i] = packed[i >> 3] >> (i & 7) & 1;
            return flags;
        }

        // An icosahedron subdivided; numbers and order as in fsaverage.
        function icosphere(steps) {
            let faces = [0,3,4,0,4,5,0,5,1,0,1,2,0,2,3,3,2,8,3,8,9,3,9,4,4,9,10,4,10,5,5,10,6,5,6,1,1,6,7,1,7,2,2,7,8,8,11,9,9,11,10,10,11,6,6,11,7,7,11,8];
            let count = 12;
            const children = [];
            for (let step = 0; step < steps; step++) {
                const corner = new Map(), middles = new Map(), next = [], edges = [];
                const key = (from, to) => from * 1048576 + to;
                for (let f = 0; f < faces.length; f += 3) {
                    const a = faces[f], b = faces[f + 1], c = faces[f + 2];
                    corner.set(key(a, b), c); corner.set(key(b, c), a); corner.set(key(c, a), b);
                }
                const opposite = (from, to) => { const found = corner.get(key(from, to)); return found === undefined ? from : found; };
                const middle = (a, b) => {
                    const name = key(Math.min(a, b), Math.max(a, b)), known = middles.get(name);
                    if (known !== undefined) return known;
                    const c = opposite(a, b), d = opposite(b, a);
                    children.push([a, b, c, d, opposite(c, b), opposite(a, c), opposite(d, a), opposite(b, d)]);
                    middles.set(name, count);
                    return count++;
                };
                for (let f = 0; f < faces.length; f += 3) {
                    const a = faces[f], b = faces[f + 1], c = faces[f + 2];
                    const ca = middle(c, a), bc = middle(b, c), ab = middle(a, b);
                    edges.push(ab, bc, ca);
                    next.push(a, ab, ca);
                }
                for (let f = 0; f < faces.length; f += 3) {
                    const ab = edges[f], bc = edges[f + 1], ca = edges[f + 2];
                    next.push(ca, bc, faces[f + 2], ab, bc, ca, ab, faces[f + 1], bc);
                }
                faces = next;
            }
            return {
                faces: Uint32Array.from(faces), relatives: v => v < 12 ? [] : children[v - 12],
                expected: (v, n) => {
                    if (v < 12) return 0;
                    const k = children[v - 12];
                    return 8 * (n[k[0]] + n[k[1]]) + 2 * (n[k[2]] + n[k[3]]) - (n[k[4]] + n[k[5]] + n[k[6]] + n[k[7]]) >> 4;
                }
            };
        }

        function neighborhood(faces, count) {
            const lists = Array.from({length: count}, () => []);
            for (let f = 0; f < faces.length; f += 3) {
                for (let e = 0; e < 3; e++) {
                    const one = faces[f + e], other = faces[f + (e + 1) % 3];
                    if (one === other) continue;
                    const low = Math.min(one, other), list = lists[Math.max(one, other)];
                    if (!list.includes(low)) list.push(low);
                }
            }
            return {
                faces, relatives: v => lists[v],
                expected: (v, n) => {
                    const list = lists[v];
                    if (!list.length) return v > 0 ? n[v - 1] : 0;
                    let sum = 0;
                    for (const other of list) sum += n[other];
                    return Math.floor(sum / list.length);
                }
            };
        }

        async function facesOf(bytes, part, count) {
            const planes = await inflate(bytes, part), size = count * 3, faces = new Uint32Array(size);
            for (let corner = 0; corner < 3; corner++) {
                let last = 0;
                for (let f = 0; f < count; f++) {
                    const i = corner * count + f;
                    const folded = (planes[i] | planes[size + i] << 8 | planes[2 * size + i] << 16 | planes[3 * size + i] << 24) >>> 0;
                    last = last + (folded >>> 1 ^ -(folded & 1)) | 0;
                    faces[3 * f + corner] = last;
                }
            }
            return faces;
        }

        function restored(differences, tree) {
            const numbers = new Int32Array(differences.length);
            for (let v = 0; v < numbers.length; v++) numbers[v] = differences[v] + tree.expected(v, numbers);
            return numbers;
        }

        function meshOf(mesh) {
            if (!page.meshes.has(mesh.key)) page.meshes.set(mesh.key, decoded(mesh));
            return page.meshes.get(mesh.key);
        }

        async function decoded(mesh) {
            const bytes = bytesOf(mesh.bytes), sides = [];
            let tree = null;
            for (const side of mesh.description.sides) {
                const before = sides.length ? mesh.description.sides[0] : null;
                if (side.steps !== undefined) {
                    if (!before || before.steps !== side.steps) tree = icosphere(side.steps);
                } else if (!side.sameFaces) {
                    tree = neighborhood(await facesOf(bytes, side.faces, side.faceCount), side.vertices);
                }
                const shapes = [];
                for (const shape of side.shapes) shapes.push(await shapeOf(bytes, shape, side.vertices, tree));
                const grays = Float32Array.from(restored(await signed(bytes, side.grays), tree), gray => gray / 127);
                sides.push({name: side.side, count: side.vertices, tree, shapes, grays});
            }
            return {key: mesh.key, name: mesh.description.name, sides};
        }

        async function shapeOf(bytes, shape, count, tree) {
            const places = new Float32Array(count * 3);
            for (let axis = 0; axis < 3; axis++) {
                const numbers = restored(await signed(bytes, shape.places[axis]), tree);
                for (let v = 0; v < count; v++) places[3 * v + axis] = shape.low[axis] + numbers[v] * shape.step;
            }
            let faces = tree.faces;
            if (shape.cut) {
                const kept = await bits(bytes, shape.cut, faces.length / 3), list = [];
                for (let f = 0; f < kept.length; f++) if (kept[f]) list.push(faces[3 * f], faces[3 * f + 1], faces[3 * f + 2]);
                faces = Uint32Array.from(list);
            }
            const low = [Infinity, Infinity, Infinity], high = [-Infinity, -Infinity, -Infinity];
            for (const v of faces) for (let axis = 0; axis < 3; axis++) {
                low[axis] = Math.min(low[axis], places[3 * v + axis]);
                high[axis] = Math.max(high[axis], places[3 * v + axis]);
            }
            const center = low.map((value, axis) => (value + high[axis]) / 2);
            // No vertex lies farther from the middle, however the shape is turned.
            const reach = Math.hypot(...low.map((value, axis) => high[axis] - value)) / 2;
            return {name: shape.name, places, faces, isCut: !!shape.cut, center, reach, normals: normalsOf(places, faces, center, shape.name === "flat")};
        }

        function normalsOf(places, faces, center, isFlat) {
            const normals = new Float32Array(places.length);
            let volume = 0, upward = 0;
            for (let f = 0; f < faces.length; f += 3) {
                const a = 3 * faces[f], b = 3 * faces[f + 1], c = 3 * faces[f + 2];
                const ux = places[b] - places[a], uy = places[b + 1] - places[a + 1], uz = places[b + 2] - places[a + 2];
                const vx = places[c] - places[a], vy = places[c + 1] - places[a + 1], vz = places[c + 2] - places[a + 2];
                const nx = uy * vz - uz * vy, ny = uz * vx - ux * vz, nz = ux * vy - uy * vx;
                volume += nx * (places[a] - center[0]) + ny * (places[a + 1] - center[1]) + nz * (places[a + 2] - center[2]);
                upward += nz;
                for (const v of [a, b, c]) { normals[v] += nx; normals[v + 1] += ny; normals[v + 2] += nz; }
            }
            const sign = (isFlat ? upward : volume) < 0 ? -1 : 1;
            for (let v = 0; v < normals.length; v += 3) {
                const length = sign * Math.hypot(normals[v], normals[v + 1], normals[v + 2]) || 1;
                normals[v] /= length; normals[v + 1] /= length; normals[v + 2] /= length;
            }
            return normals;
        }

        // What a region did over time, for each region; null where it is not known.
        async function coursesOf(bytes, one) {
            const steps = await signed(bytes, one.part), count = map.courses.count;
            let next = 0;
            const regions = one.low.map((low, r) => {
                if (low === null) return null;
                let n = 0;
                return Array.from({length: count}, () => { n += steps[next++]; return n === 255 ? NaN : low + n * one.step[r]; });
            });
            return {title: one.title, regions};
        }

        // The values of each layer and hemisphere; NaN where no value exists.
        async function layersOf(map, mesh) {
            const bytes = bytesOf(map.bytes), last = [];
            // A value of so many steps; see ValueSteps.
            const valueOf = number => {
                let i = map.steps.length - 1;
                while (i > 0 && number < map.steps[i][0]) i--;
                const [start, first, step] = map.steps[i];
                return (number - start + first) * step;
            };
            const layer = async one => {
                const sides = [];
                for (let s = 0; s < one.sides.length; s++) {
                    const side = mesh.sides[s], part = one.sides[s];
                    const numbers = restored(await signed(bytes, part.values, part.planes), side.tree);
                    if (part.toLast) for (let v = 0; v < side.count; v++) numbers[v] += last[s][v];
                    last[s] = numbers;
                    const values = Float64Array.from(numbers, valueOf);
                    if (part.none) {
                        const none = await bits(bytes, part.none, side.count);
                        for (let v = 0; v < side.count; v++) if (none[v]) values[v] = NaN;
                    }
                    sides.push(values);
                }
                return {name: one.name, sides};
            };
            const view = {layers: [], second: null, labels: null, courses: []};
            for (const one of map.layers) view.layers.push(await layer(one));
            if (map.second) view.second = await layer(map.second);
            if (map.courses) for (const one of map.courses.series) view.courses.push(await coursesOf(bytes, one));
            if (map.regions) {
                view.labels = [];
                for (let s = 0; s < mesh.sides.length; s++) {
                    const planes = await inflate(bytes, map.regions.labels[s]), side = mesh.sides[s];
                    const labels = new Int32Array(side.count);
                    for (let v = 0; v < side.count; v++) {
                        const code = planes[v] | planes[side.count + v] << 8 | (planes[2 * side.count + v] || 0) << 16;
                        labels[v] = code < 2 ? labels[side.tree.relatives(v)[code]] : code - 3;
                    }
                    view.labels.push(labels);
                }
            }
            return view;
        }
        """#
}
