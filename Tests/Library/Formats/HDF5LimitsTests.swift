import Formats
import Foundation
import Tensors
import Testing

@Suite("HDF5 files of every kind, and what claims too much")
struct HDF5LimitsTests {
    @Test func aLinkThatLeadsNowhereIsTold() throws {
        let file = try HDF5File.open(fixture("links.h5"))
        #expect(try file.dataset("alive").tensor().elements == [1, 2])
        let outside = "the link \"/outside\" leads to \"/x\" of the file \"gone.h5\", which is not there"
        for (path, words) in [
            ("group/dead", "the link \"group/dead\" leads to \"/nowhere\", which is not there"),
            ("/group/dead/deeper", "the link \"/group/dead\" leads to"), ("/outside", outside),
        ] {
            let error = #expect(throws: FormatError.self) { try file.dataset(path) }
            #expect(error?.description.contains("has no dataset \"\(path)\": \(words)") == true)
        }
        let none = #expect(throws: FormatError.self) { try file.dataset("/none") }
        #expect(none?.description.hasSuffix("has no dataset \"/none\"") == true)
        let variables = #expect(throws: FormatError.self) { try MATFile.open(fixture("links.h5")) }
        #expect(variables?.description.contains("the link \"/dead\" leads to \"/nowhere\"") == true)
    }

    @Test func aDatasetBelowADatasetIsRefusedByName() throws {
        try withFolder { folder in
            try HDF5File.create(folder.appendingPathComponent("out.h5")) { file in
                try file.write([1, 2], to: "new")
                let words = "cannot have a dataset \"new/x\": \"/new\" is no group"
                let numbers = #expect(throws: FormatError.self) { try file.write([1, 2], to: "new/x") }
                #expect(numbers?.description.contains(words) == true)
                let texts = #expect(throws: FormatError.self) { try file.write(["a"], to: "new/x") }
                #expect(texts?.description.contains(words) == true)
                try file.write([1, 2], to: "group/x")
                try file.write([1, 2], to: "group/y")
            }
        }
    }

    @Test(arguments: ["kinds.h5", "kinds-v110.h5"])
    func everythingIsListedAndWhatCannotBeReadSaysWhy(_ name: String) throws {
        let file = try HDF5File.open(fixture(name))
        let datasets = try file.datasets()
        let problems = Dictionary(
            uniqueKeysWithValues: datasets.compactMap { each in each.problem.map { (each.path, $0) } })
        let expected = [
            "/blosc2": "Blosc2 (filter 32026)", "/opaque": "opaque", "/long double": "16 bytes",
            "/virtual": "nowhere.h5, is not there", "/matlab/cell": "MATLAB's cell",
        ]
        // What is neither number nor text is read by words of its own, which the refusal of numbers names.
        for (path, words) in [
            "/complex": "records()", "/records": "records()", "/sequences": "lists()",
            "/references": "references()",
        ] {
            #expect(problems[path] == nil)
            let error = #expect(throws: FormatError.self) { try file.dataset(path).tensor() }
            #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
        }
        #expect(try file.dataset("/complex").records().names == ["r", "i"])
        #expect(try file.dataset("/records").records().names == ["x", "name"])
        #expect(problems.keys.sorted() == expected.keys.sorted())
        for (path, words) in expected {
            #expect(problems[path]?.contains(words) == true, "\(path): \(problems[path] ?? "")")
            let error = #expect(throws: FormatError.self) { try file.dataset(path).tensor() }
            #expect(error?.description.contains(path) == true, "\(error?.description ?? "")")
        }
        // All others are read.
        for dataset in datasets where dataset.problem == nil && (dataset.type != nil || dataset.isText) {
            if dataset.isText { _ = try dataset.strings() } else { _ = try dataset.tensor() }
        }
        let numbers = (0..<400).map(Float.init)
        #expect(try file.dataset("lzf").tensor().elements == numbers)
        #expect(try file.dataset("gzip").tensor().elements == numbers)
        #expect(try file.dataset("scaled").integers() == Array(0..<40))
        #expect(try file.dataset("a number").tensor().elements == [1, 2])
    }

    @Test(arguments: ["kinds.h5", "kinds-v110.h5"])
    func whatIsEmptyReadsAsNothing(_ name: String) throws {
        let file = try HDF5File.open(fixture(name))
        #expect(try file.dataset("nothing").shape == [0])
        #expect(try file.dataset("nothing").tensor().elements == [])
        #expect(try file.dataset("no text").strings() == [])
        // MATLAB's 0 x 3 is 3 x 0 in the order of HDF5.
        #expect(try file.dataset("matlab/double").tensor().shape == [3, 0])
        #expect(try file.dataset("matlab/double").type == .float64)
        #expect(try file.dataset("matlab/char").strings() == [])
        #expect(try file.dataset("matlab/whole").tensor().elements == [1, 2])
    }

    /// What a library newer than ours wrote hides nothing of the rest.
    @Test func aDatasetOfANewerFormatSaysSo() throws {
        let file = try HDF5File.open(fixture("kinds-latest.h5"))
        let datasets = try file.datasets()
        #expect(datasets.count == 20)
        for dataset in datasets where dataset.shape.isEmpty {
            #expect(dataset.problem?.contains("newer HDF5") == true, "\(dataset.problem ?? dataset.path)")
        }
        #expect(try file.dataset("a number").tensor().elements == [1, 2])
        #expect(try file.dataset("extensible").tensor().shape == [6, 4])
    }

    @Test func aFalseClaimIsRefused() throws {
        let file = try HDF5File.open(fixture("claims.h5"))
        let dataset = try file.dataset("x")
        let error = #expect(throws: FormatError.self) { try dataset.tensor() }
        let words = error?.description ?? ""
        #expect(words.contains("claims 17179869184 bytes") || words.contains("GB"), "\(words)")
        #expect(try dataset.tensor([0..<2, 5..<6]).elements == [0, 0])
        #expect(try file.dataset("whole").tensor().elements == [1, 2])
    }

    /// A dataset has no bytes in its file before the first write, which is no false claim.
    @Test func moreThanAGigabyteIsWrittenAtOnce() throws {
        let count = 280_000_000
        let zeros = ZeroPages(byteCount: 4 * count)
        let tensor = Tensor<Float>(shape: [count], storage: Storage(borrowing: zeros.base, from: zeros))
        try withFolder { folder in
            let url = folder.appendingPathComponent("large.h5")
            try HDF5File.create(url) { file in
                let dataset = try file.createDataset("x", shape: [count], chunk: [1 << 22], compression: 1)
                try dataset.write(tensor, at: [0])
            }
            #expect(try HDF5File.open(url).dataset("x").tensor([count - 2..<count]).elements == [0, 0])
        }
    }

    /// The bytes of a virtual dataset are those of others, here five of a billion.
    @Test func aVirtualDatasetOfMoreThanAGigabyteIsRead() throws {
        let dataset = try HDF5File.open(fixture("virtual.h5")).dataset("long")
        let bytes = try dataset.bytes([0..<1_090_000_000])
        #expect(bytes[1_089_999_989..<1_089_999_996] == [0, 1, 2, 3, 4, 5, 0])
    }

    @Test func whatIsNoHDF5IsNamed() throws {
        for (name, words) in [
            ("plain.npy", "a NumPy array"), ("series.nii.gz", "gzipped"), ("zip.pt", "zip file"),
            ("images/rgb.png", "PNG"), ("types.safetensors", "is not an HDF5 file"),
        ] {
            let error = #expect(throws: FormatError.self) { try HDF5File.open(fixture(name)) }
            #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
        }
    }

    /// Errors of other threads say why, too: the library keeps what failed for each thread.
    @Test func everyThreadHasItsReasons() async throws {
        try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    do { _ = try HDF5File.open(fixture("kinds.h5")).dataset("virtual").tensor() } catch {
                        return "\(error)"
                    }
                    return ""
                }
            }
            for try await words in group { #expect(words.contains("is not there")) }
        }
    }
}

/// Zeros that take no memory.
private final class ZeroPages {
    let base: UnsafeMutableRawPointer
    private let byteCount: Int

    init(byteCount: Int) {
        self.byteCount = byteCount
        base = mmap(nil, byteCount, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    }

    deinit { munmap(base, byteCount) }
}
