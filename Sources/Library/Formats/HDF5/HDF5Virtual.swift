internal import CHDF5
import Foundation

/// The datasets, of this or other files, of whose elements a virtual dataset is made.
struct HDF5Virtual {
    struct Source: Hashable {
        /// The file as the dataset names it; `.` is its own.
        let file: String
        let dataset: String

        /// Where the file is, for a dataset of the file `url`.
        func place(beside url: URL) -> URL {
            file == "." ? url : URL(fileURLWithPath: file, relativeTo: url.deletingLastPathComponent())
        }
    }

    /// Each source once, in their order.
    let sources: [Source]
    private static let depthLimit = 8

    /// The sources of an open dataset; nil of one that is not virtual, and of an attribute.
    init?(of object: HDF5Handle, _ url: URL) throws {
        guard H5Iget_type(object.id) == H5I_DATASET else { return nil }
        self.init(try HDF5Opening.creationList(of: object, url))
    }

    /// The sources by how a dataset was made; nil if it is not virtual. The caller holds the library's lock.
    init?(_ creation: HDF5Handle) {
        guard H5Pget_layout(creation.id) == H5D_VIRTUAL else { return nil }
        var count = 0
        H5Pget_virtual_count(creation.id, &count)
        var known: Set<Source> = []
        sources = (0..<count).compactMap { index in
            let source = Source(
                file: hdf5Name { H5Pget_virtual_filename(creation.id, index, $0, 4095) },
                dataset: hdf5Name { H5Pget_virtual_dsetname(creation.id, index, $0, 4095) })
            return known.insert(source).inserted ? source : nil
        }
    }

    /// Looks at the sources in other files, which the library opens by itself. Throws `FormatError` if one crashes it.
    func examine(_ url: URL) throws {
        for source in sources where source.file != "." {
            try HDF5Examination.pass(source.place(beside: url), object: source.dataset)
        }
    }

    /// Checks the texts and lists of all sources, as `hdf5CheckPointers` does.
    ///
    /// - Parameters:
    ///   - dataset: the virtual dataset.
    ///   - depth: how many virtual datasets are made of one another so far.
    ///
    /// Throws `FormatError` if an element is damaged, or a source of another kind. The caller holds the library's lock.
    func checkPointers(_ dataset: HDF5Handle, _ url: URL, _ what: String, depth: Int) throws {
        guard depth < Self.depthLimit else {
            throw FormatError(url, "\(what) is made of virtual datasets more than \(Self.depthLimit) deep")
        }
        for source in sources {
            let place = source.place(beside: url)
            let other = source.file == "." ? nil : try HDF5File.open(place)
            let part = "dataset \"\(source.dataset)\", of which \(what) is made"
            let file = try HDF5Handle.file(H5Iget_file_id(dataset.id), url, "opening \(part)")
            let object = try HDF5Opening.object(
                source.dataset, in: other?.handle ?? file, place, "opening \(part)")
            guard H5Iget_type(object.id) == H5I_DATASET else {
                throw FormatError(place, "\(part), is a group")
            }
            let type = try HDF5Handle.type(H5Dget_type(object.id), place, "opening \(part)")
            let space = try HDF5Handle.space(H5Dget_space(object.id), place, "opening \(part)")
            let count = Int(H5Sget_simple_extent_npoints(space.id))
            try hdf5CheckPointers(of: object, type: type, count: count, place, part, depth: depth + 1) {
                H5Dread(object.id, $0, 0, 0, 0, $1)
            }
        }
    }
}

/// A name of up to 4,095 bytes that `read` fills in.
func hdf5Name(_ read: (UnsafeMutablePointer<CChar>) -> Void) -> String {
    var name = [CChar](repeating: 0, count: 4096)
    read(&name)
    return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
