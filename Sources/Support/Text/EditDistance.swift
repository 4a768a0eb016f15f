/// How many slips lead from one word to another: letters left out, put in, mistaken, or two neighbors exchanged.
///
/// The restricted distance of Damerau and Levenshtein.
package func editDistance(_ one: some Collection<Character>, _ other: some Collection<Character>) -> Int {
    let a = Array(one)
    let b = Array(other)
    var before: [Int] = []
    var last = Array(0...b.count)
    for i in a.indices {
        var row = [i + 1]
        row.reserveCapacity(b.count + 1)
        for j in b.indices {
            var best = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
            if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { best = min(best, before[j - 1] + 1) }
            row.append(best)
        }
        before = last
        last = row
    }
    return last[b.count]
}
