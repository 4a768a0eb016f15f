internal import CHDF5
import Foundation

/// How a dataset lies in its file, and why that cannot be read.
struct HDF5Layout: Sendable {
    /// The extents of a chunk; nil if the dataset is not in chunks.
    let chunk: [Int]?
    /// Whether chunks are compressed, or filtered otherwise.
    private let hasFilters: Bool
    private let elementSize: Int
    /// Why it cannot be read; nil if it can.
    let problem: String?

    static let unknown = HDF5Layout(
        chunk: nil, hasFilters: false, elementSize: 0, problem: "it cannot be opened")

    private init(chunk: [Int]?, hasFilters: Bool, elementSize: Int, problem: String?) {
        self.chunk = chunk
        self.hasFilters = hasFilters
        self.elementSize = elementSize
        self.problem = problem
    }

    /// The layout of an open dataset; the caller holds the library's lock.
    init(_ dataset: HDF5Handle, elementSize: Int, _ url: URL) throws {
        let creation = try HDF5Handle.properties(H5Dget_create_plist(dataset.id), url)
        let layout = H5Pget_layout(creation.id)
        var extents = [hsize_t](repeating: 1, count: 32)
        let rank = layout == H5D_CHUNKED ? H5Pget_chunk(creation.id, 32, &extents) : 0
        chunk = rank > 0 ? extents[..<Int(rank)].map { max(1, Int(clamping: $0)) } : nil
        hasFilters = H5Pget_nfilters(creation.id) > 0
        self.elementSize = elementSize
        problem = Self.missingFilter(creation) ?? Self.missingSource(creation, layout, url)
    }

    /// Filters that others have, by their registered numbers; those of the library itself are below 256.
    private static let filters: [Int32: String] = [
        1: "deflate", 2: "shuffle", 3: "fletcher32", 4: "szip", 5: "nbit", 6: "scaleoffset", 305: "LZO",
        307: "bzip2", 32000: "lzf", 32001: "Blosc", 32002: "MAFISC", 32004: "LZ4", 32008: "bitshuffle",
        32009: "SPDP", 32013: "ZFP", 32015: "Zstandard", 32017: "SZ", 32018: "FCIDECOMP", 32019: "JPEG",
        32023: "FLAC", 32026: "Blosc2",
    ]

    private static func missingFilter(_ creation: HDF5Handle) -> String? {
        for index in 0..<UInt32(max(0, H5Pget_nfilters(creation.id))) {
            var (flags, count, configuration) = (UInt32(0), 0, UInt32(0))
            var name = [CChar](repeating: 0, count: 128)
            let id = H5Pget_filter2(creation.id, index, &flags, &count, nil, 127, &name, &configuration)
            guard id >= 0, H5Zfilter_avail(id) <= 0 else { continue }
            let own = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            let known = filters[id] ?? (own.isEmpty ? "unknown" : own)
            return
                "it is compressed by \(known) (filter \(id)), which this HDF5 library lacks; save it with gzip"
        }
        return nil
    }

    /// Of a dataset whose numbers lie in other files: the first that is not there.
    private static func missingSource(_ creation: HDF5Handle, _ layout: H5D_layout_t, _ url: URL) -> String? {
        var names: [String] = []
        func append(_ read: (UnsafeMutablePointer<CChar>) -> Void) {
            var name = [CChar](repeating: 0, count: 4096)
            read(&name)
            names.append(
                String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
        }
        if layout == H5D_VIRTUAL {
            var count = 0
            guard H5Pget_virtual_count(creation.id, &count) >= 0 else {
                return "it is virtual, without sources"
            }
            for index in 0..<count { append { H5Pget_virtual_filename(creation.id, index, $0, 4095) } }
        }
        for index in 0..<UInt32(max(0, H5Pget_external_count(creation.id))) {
            append { H5Pget_external(creation.id, index, 4095, $0, nil, nil) }
        }
        for name in names where name != "." {
            let place = URL(fileURLWithPath: name, relativeTo: url.deletingLastPathComponent())
            guard FileManager.default.fileExists(atPath: place.path) else {
                return
                    "it is \(layout == H5D_VIRTUAL ? "virtual" : "external"), and the file of its numbers, \(name), "
                    + "is not there"
            }
        }
        return nil
    }

    /// Throws if a chunk that `ranges` touch cannot be what the dataset says: it lies outside the file, or has another
    /// length than it should, which the library would read beyond. The caller holds the library's lock.
    func checkChunks(of dataset: HDF5Handle, _ ranges: [Range<Int>], _ url: URL, _ what: String) throws {
        guard let chunk, chunk.count == ranges.count, ranges.allSatisfy({ !$0.isEmpty }) else { return }
        let expected = chunk.reduce(elementSize) { $0.multipliedReportingOverflow(by: $1).partialValue }
        let first = zip(ranges, chunk).map { $0.lowerBound / $1 }
        let last = zip(ranges, chunk).map { ($0.upperBound - 1) / $1 }
        var place = first
        while true {
            let offset = zip(place, chunk).map { hsize_t($0 * $1) }
            var (mask, address, size) = (UInt32(0), haddr_t(0), hsize_t(0))
            if H5Dget_chunk_info_by_coord(dataset.id, offset, &mask, &address, &size) >= 0,
                address != haddr_t.max, size > 0, !hasFilters, size != expected
            {
                throw FormatError(
                    url, "the chunk at \(offset) of \(what)", expected: "\(expected) bytes", found: "\(size)")
            }
            var dimension = chunk.count - 1
            while dimension >= 0 {
                place[dimension] += 1
                if place[dimension] <= last[dimension] { break }
                place[dimension] = first[dimension]
                dimension -= 1
            }
            if dimension < 0 { return }
        }
    }
}
