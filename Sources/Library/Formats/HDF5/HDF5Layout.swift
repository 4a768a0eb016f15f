internal import CHDF5
import Foundation

/// How a dataset lies in its file, and why that cannot be read.
struct HDF5Layout: Sendable {
    /// The extents of a chunk; nil if the dataset is not in chunks.
    let chunk: [Int]?
    /// Why it cannot be read; nil if it can.
    let problem: String?
    /// Whether the dataset is made of elements of others.
    let isVirtual: Bool

    static let unknown = HDF5Layout(chunk: nil, problem: "it cannot be opened")

    private init(chunk: [Int]?, problem: String?) {
        self.chunk = chunk
        self.problem = problem
        isVirtual = false
    }

    /// The layout of an open dataset; the caller holds the library's lock.
    init(_ dataset: HDF5Handle, _ url: URL) throws {
        let creation = try HDF5Opening.creationList(of: dataset, url)
        let layout = H5Pget_layout(creation.id)
        let virtual = HDF5Virtual(creation)
        isVirtual = virtual != nil
        var extents = [hsize_t](repeating: 1, count: 32)
        let rank = layout == H5D_CHUNKED ? H5Pget_chunk(creation.id, 32, &extents) : 0
        chunk = rank > 0 ? extents[..<Int(rank)].map { max(1, Int(clamping: $0)) } : nil
        problem = Self.missingFilter(creation) ?? Self.missingSource(creation, virtual, url)
        if problem == nil { try virtual?.examine(url) }
    }

    /// Whether the chunks of an open dataset are compressed, or filtered otherwise.
    static func isFiltered(_ dataset: HDF5Handle, _ url: URL) throws -> Bool {
        H5Pget_nfilters(try HDF5Opening.creationList(of: dataset, url).id) > 0
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
    private static func missingSource(
        _ creation: HDF5Handle, _ virtual: HDF5Virtual?, _ url: URL
    ) -> String? {
        let external = (0..<UInt32(max(0, H5Pget_external_count(creation.id)))).map { index in
            HDF5Virtual.Source(
                file: hdf5Name { H5Pget_external(creation.id, index, 4095, $0, nil, nil) }, dataset: "")
        }
        for source in virtual?.sources ?? external
        where !FileManager.default.fileExists(atPath: source.place(beside: url).path) {
            return
                "it is \(virtual == nil ? "external" : "virtual"), and the file of its numbers, \(source.file), is not there"
        }
        return nil
    }
}
