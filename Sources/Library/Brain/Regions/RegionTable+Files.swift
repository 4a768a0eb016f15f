import Formats
import Foundation
import Tables

extension RegionTable {
    /// Reads what the numbers of an atlas stand for.
    ///
    /// ```swift
    /// let table = try RegionTable.open("tpl-MNI152_atlas-Schaefer2018_dseg.tsv")
    /// let regions = try Regions(atlas: atlas, in: space, table: table)
    /// ```
    ///
    /// | file | |
    /// | --- | --- |
    /// | `.tsv`, `.csv` | BIDS: columns `index` and `name` (or `id`, `label`, …), `hemisphere`, `group`, `color` |
    /// | `.ctab`, `.txt`, `.lut` | FreeSurfer: number, name and, if they are there, red, green, blue and transparency |
    /// | `.txt` | MRIcron: number, name of one word, and in every line a further number, which is left out |
    /// | `.txt`, `.label` | ITK-SNAP: number, red, green, blue, opacity, two flags and the name in quotes |
    /// | `.xml` | FSL's atlases, whose numbers in an image of maximal probability are the indices and one; AAL's |
    /// | `.json` | `{"1": "V1"}`, `["", "V1"]` or a list of objects with `index` and `name` |
    /// | `.annot`, `.gii` | the table of a surface's labels |
    ///
    /// Number 0 without a region's name is left out. Throws `FormatError`, `TableError` or `BrainError.value` if the file
    /// is not one of these, or a number is there twice.
    public static func open(_ file: some FileLocation, name: String? = nil) throws -> RegionTable {
        let url = file.fileURL
        let path = url.lastPathComponent.lowercased()
        let ending = path.hasSuffix(".gz") ? String(path.dropLast(3)) : path
        let regions: [Region]
        if ending.hasSuffix(".tsv") || ending.hasSuffix(".csv") {
            regions = try TableOfRegions.read(url)
        } else if ending.hasSuffix(".xml") {
            regions = try XMLRegions.read(url)
        } else if ending.hasSuffix(".json") {
            regions = try JSONRegions.read(url)
        } else if ending.hasSuffix(".annot") || ending.hasSuffix(".gii") {
            regions = RegionTable(name: "", labels: try SurfaceLabels.open(url).labels).regions
        } else {
            regions = try LookUpTable.read(url)
        }
        let file = url.path
        guard !regions.isEmpty else {
            throw BrainError.value(
                what: "the table \(file)", got: "without a region", expected: "one with regions")
        }
        if let twice = Dictionary(grouping: regions, by: \.id).filter({ $1.count > 1 }).min(by: {
            $0.key < $1.key
        }) {
            throw BrainError.value(
                what: "the number \(twice.key) in \(file)",
                got: "that of \(twice.value.map(\.name).joined(separator: " and "))",
                expected: "that of one region")
        }
        let isNamed = regions.filter { $0.id != 0 || SurfaceLabel(key: 0, name: $0.name).isRegion }
        return RegionTable(name: name ?? url.deletingPathExtension().lastPathComponent, regions: isNamed)
    }
}

extension SurfaceLabel {
    /// Whether the name is that of a region, and not a word for none.
    var isRegion: Bool { !SurfaceLabels(keys: [], labels: [self]).cortex.isEmpty && !name.isEmpty }
}

/// Tables with a line of names above: BIDS' look-up tables, and those that come with atlases.
private enum TableOfRegions {
    private static let numbers = ["index", "id", "value", "key", "roi_id", "parcel_id", "label_id", "number"]
    private static let names = [
        "name", "label", "region", "roi", "parcel", "roi_name", "structure_name", "label_name",
    ]
    private static let groups = ["group", "network", "lobe", "structure", "network_label", "component"]

    static func read(_ url: URL) throws -> [Region] {
        let table = try DataTable.open(url, infersTypes: false, missing: [])
        func column(_ candidates: [String]) -> String? {
            candidates.lazy.compactMap { wanted in
                table.columnNames.first { $0.trimmingCharacters(in: .whitespaces).lowercased() == wanted }
            }.first
        }
        guard let number = column(numbers), let name = column(names) else {
            throw BrainError.value(
                what: "the columns of \(url.path)", got: table.columnNames.joined(separator: ", "),
                expected: "one of numbers (\(numbers.joined(separator: ", "))) and one of names "
                    + "(\(names.joined(separator: ", ")))")
        }
        func texts(of column: String?) throws -> [String] {
            guard let column else { return [String](repeating: "", count: table.rowCount) }
            return try table[column, as: String?.self].map { ($0 ?? "").trimmingCharacters(in: .whitespaces) }
        }
        let ids = try texts(of: number).map { text in
            guard let id = Int(text) else {
                throw BrainError.value(
                    what: "the column \(number) of \(url.path)", got: "\"\(text.prefix(40))\"",
                    expected: "a whole number")
            }
            return id
        }
        let titles = try texts(of: name)
        let (groups, sides, colors) = try (
            texts(of: column(groups)), texts(of: column(["hemisphere", "hemi"])),
            texts(of: column(["color", "hexcolor"]))
        )
        // The same name on both sides needs the side to be told apart.
        let isShared = Set(titles).count < titles.count
        return try ids.indices.map { row in
            Region(
                id: ids[row], name: titles[row] + (isShared ? suffix(sides[row]) : ""), group: groups[row],
                color: try color(colors[row], url))
        }
    }

    private static func suffix(_ side: String) -> String {
        switch RegionSpelling(side).side {
        case .left: "_L"
        case .right: "_R"
        case nil: ""
        }
    }

    /// A color as BIDS writes it: `#ff0000`.
    private static func color(_ text: String, _ url: URL) throws -> SIMD4<Float>? {
        guard text.hasPrefix("#") else { return nil }
        guard text.count == 7 || text.count == 9, let number = UInt32(text.dropFirst(), radix: 16) else {
            throw BrainError.value(
                what: "the color \"\(text.prefix(40))\" in \(url.path)", got: "another",
                expected: "as #ff0000")
        }
        let bits = text.count == 7 ? number << 8 | 255 : number
        return SIMD4(Float(bits >> 24), Float(bits >> 16 & 255), Float(bits >> 8 & 255), Float(bits & 255))
            / 255
    }
}

/// FreeSurfer's tables: a number, a name, and a color if there is one, in each line.
private enum LookUpTable {
    static func read(_ url: URL) throws -> [Region] {
        let data = try Bytes(reading: url).data
        // Such tables do not say what they are written in.
        guard var text = String(data: data, encoding: .utf8) ?? String(data: data, encoding: .isoLatin1)
        else {
            throw FormatError(url, "is no text in UTF-8 or Latin-1")
        }
        if text.hasPrefix("\u{FEFF}") { text.removeFirst() }
        var lines: [(id: Int, words: [String])] = []
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
            .enumerated()
        {
            let words = line.prefix(4096).prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace).map(
                String.init)
            guard !words.isEmpty else { continue }
            guard words.count > 1, let id = Int(words[0]) else {
                throw BrainError.value(
                    what: "line \(index + 1) of \(url.path)", got: "\"\(line.prefix(60))\"",
                    expected: "a number, a name and perhaps a color")
            }
            lines.append((id, Array(words.dropFirst())))
        }
        // In MRIcron's tables the number of another image follows each name. Where names are told apart by their numbers
        // alone, as "Area 17" and "Area 18", these are a part of them.
        let names = Set(lines.map { $0.words[0] })
        let isMRIcron = lines.allSatisfy { $0.words.count == 2 && Int($0.words[1]) != nil }
        if isMRIcron, names.count == lines.count { return lines.map { Region(id: $0.id, name: $0.words[0]) } }
        return lines.map { region($0.id, $0.words) }
    }

    private static func region(_ id: Int, _ words: [String]) -> Region {
        if let drawn = quoted(id, words) { return drawn }
        let channels = words.suffix(4).compactMap { Int($0) }.filter { 0...255 ~= $0 }
        guard words.count > 4, channels.count == 4 else {
            return Region(id: id, name: words.joined(separator: " "))
        }
        let parts = channels.map { Float($0) / 255 }
        // The last number is the transparency.
        return Region(
            id: id, name: words.dropLast(4).joined(separator: " "),
            color: SIMD4(parts[0], parts[1], parts[2], 1 - parts[3]))
    }

    /// A line of ITK-SNAP: red, green, blue, the opacity from 0 to 1, two flags, and the name in quotes.
    private static func quoted(_ id: Int, _ words: [String]) -> Region? {
        let name = words.dropFirst(6).joined(separator: " ")
        let numbers = words.prefix(6).compactMap { Float($0) }
        guard name.count > 1, name.hasPrefix("\""), name.hasSuffix("\""), numbers.count == 6,
            numbers.prefix(3).allSatisfy({ 0...255 ~= $0 }), 0...1 ~= numbers[3]
        else { return nil }
        // Its number 0, "Clear Label", is no region.
        return Region(
            id: id, name: id == 0 ? "" : String(name.dropFirst().dropLast()),
            color: SIMD4(numbers[0] / 255, numbers[1] / 255, numbers[2] / 255, numbers[3]))
    }
}

/// The tables of FSL's atlases and of AAL.
private final class XMLRegions: XMLHandler {
    private let url: URL
    private var text: [UInt8] = []
    private var index: String?
    private var name: String?
    private var isProbabilistic = false
    private var regions: [Region] = []

    private init(_ url: URL) { self.url = url }

    static func read(_ url: URL) throws -> [Region] {
        let handler = XMLRegions(url)
        try XMLStream.read(OpenFile(url), "the file", handler)
        return handler.regions
    }

    func begin(_ element: String, _ attributes: [String: String]) throws {
        text.removeAll(keepingCapacity: true)
        if element == "label" { (index, name) = (attributes["index"], nil) }
    }

    func characters(_ part: UnsafeBufferPointer<UInt8>) throws {
        if text.count < 1 << 16 { text.append(contentsOf: part) }
    }

    func end(_ element: String) throws {
        let text = String(decoding: text, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        switch element {
        // FSL spells it "Probabalistic".
        case "type": isProbabilistic = text.lowercased().hasPrefix("probab")
        case "index": index = text
        case "name": name = text
        case "label":
            guard let number = index.flatMap({ Int($0) }) else {
                throw FormatError(
                    url, "the index of the label \"\((name ?? text).prefix(60))\"",
                    expected: "a whole number",
                    found: index.map { "\"\($0.prefix(40))\"" } ?? "missing")
            }
            // Maps of probability are counted from 0; in an image of labels 0 is none.
            regions.append(Region(id: isProbabilistic ? number + 1 : number, name: name ?? text))
            (index, name) = (nil, nil)
        default: break
        }
        self.text.removeAll(keepingCapacity: true)
    }
}

/// JSON in the forms that atlases come with.
private enum JSONRegions {
    private struct Entry: Decodable {
        let index: Int?
        let id: Int?
        let name: String?
        let label: String?
    }

    static func read(_ url: URL) throws -> [Region] {
        let data = try Bytes(reading: url).data
        let decoder = JSONDecoder()
        if let names = try? decoder.decode([String: String].self, from: data) {
            let regions = names.compactMap { key, name in Int(key).map { Region(id: $0, name: name) } }
            if regions.count == names.count { return regions.sorted { $0.id < $1.id } }
        }
        if let numbers = try? decoder.decode([String: Int].self, from: data) {
            return numbers.map { Region(id: $1, name: $0) }.sorted { $0.id < $1.id }
        }
        if let names = try? decoder.decode([String].self, from: data) {
            return names.enumerated().filter { !$1.isEmpty }.map { Region(id: $0, name: $1) }
        }
        if let entries = try? decoder.decode([Entry].self, from: data) {
            let regions = entries.compactMap { entry in
                (entry.index ?? entry.id).flatMap { id in
                    (entry.name ?? entry.label).map { Region(id: id, name: $0) }
                }
            }
            if regions.count == entries.count { return regions }
        }
        throw BrainError.value(
            what: "the JSON in \(url.path)", got: "something else",
            expected: "names by number, numbers by name, a list of names, or objects with index and name")
    }
}
