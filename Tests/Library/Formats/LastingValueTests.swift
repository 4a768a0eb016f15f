import Formats
import Foundation
import Synchronization
import Tensors
import Testing

@Suite("What was read does not change when the file does")
struct LastingValueTests {
    /// Saves a file again as Python does, in place: first shorter, then with other bytes of the same length.
    private func overwrite(_ url: URL, check: () throws -> Void) throws {
        let data = try Data(contentsOf: url)
        let file = try FileHandle(forWritingTo: url)
        try file.truncate(atOffset: 0)
        try check()
        try file.write(contentsOf: Data(repeating: 0x55, count: data.count))
        try file.close()
        try check()
    }

    private func copy(_ name: String, _ body: (URL) throws -> Void) throws {
        try withFolder { folder in
            let url = folder.appendingPathComponent(name)
            try FileManager.default.copyItem(at: fixture(name), to: url)
            try body(url)
        }
    }

    @Test func arraysOfNumPy() throws {
        for name in ["plain.npy", "version2.npy"] {
            try copy(name) { (url: URL) throws in
                let array = try NumPyArray.open(url)
                let tensor = try array.tensor()
                let right = tensor.elements
                try overwrite(url) {
                    #expect(tensor.elements == right)
                    let again = try array.tensor().elements
                    #expect(again == right)
                }
            }
        }
    }

    @Test func images() throws {
        for name in ["uint8.nii", "qform.nii", "scaled.nii.gz"] {
            try copy(name) { (url: URL) throws in
                let image = try NIfTI.open(url)
                let right = try image.tensor().elements
                try overwrite(url) {
                    let again = try image.tensor().elements
                    #expect(again == right)
                }
            }
        }
    }

    /// A container is read when a tensor is asked for: what was read stays, what was not is refused.
    @Test func containers() throws {
        try copy("types.safetensors") { (url: URL) throws in
            let file = try Safetensors.open(url)
            let tensor = try file.tensor("float32")
            let right = tensor.elements
            try overwrite(url) {
                #expect(tensor.elements == right)
                let error = #expect(throws: FormatError.self) { try file.tensor("float64") }
                #expect(error?.description.contains("was changed by another program") == true)
            }
        }
        for name in ["zip.pt", "legacy.pt"] {
            try copy(name) { (url: URL) throws in
                let file = try PyTorchFile.open(url)
                let tensor = try file.tensor("module.float32")
                let right = tensor.elements
                try overwrite(url) {
                    #expect(tensor.elements == right)
                    #expect(throws: FormatError.self) { try file.tensor("module.float32") }
                }
            }
        }
        try copy("stored.npz") { (url: URL) throws in
            let archive = try NumPyArchive.open(url)
            let array = try archive.array("float32")
            let right = try array.tensor().elements
            try overwrite(url) {
                let again = try array.tensor().elements
                #expect(again == right)
                #expect(throws: FormatError.self) { try archive.array("float32") }
            }
        }
    }

    /// A file that is refused is closed once: a second time it would be whichever file of another thread has its number.
    @Test func aRefusedFileClosesNoOther() throws {
        try withFolder { folder in
            let empty = folder.appendingPathComponent("empty.npy")
            try Data().write(to: empty)
            let path = fixture("plain.npy").path
            let isLost = Mutex(false)
            DispatchQueue.concurrentPerform(iterations: 2) { thread in
                for _ in 0..<20_000 {
                    if thread == 0 {
                        _ = try? NumPyArray.open(empty)
                    } else {
                        let descriptor = open(path, O_RDONLY)
                        sched_yield()
                        if fcntl(descriptor, F_GETFD) < 0 { isLost.withLock { $0 = true } }
                        close(descriptor)
                    }
                }
            }
            let hasLost = isLost.withLock { $0 }
            #expect(!hasLost)
            let error = #expect(throws: FormatError.self) { try NumPyArray.open(empty) }
            #expect(error?.description.contains("is empty (0 bytes)") == true)
        }
    }

    /// A program that saves under another name and renames leaves an open file as it was.
    @Test func aReplacedFileIsReadAsItWas() throws {
        try copy("types.safetensors") { (url: URL) throws in
            let file = try Safetensors.open(url)
            try Data("something else".utf8).write(to: url, options: .atomic)
            #expect(try file.tensor("float32").elements.map(Double.init) == counting(.float32, 6))
        }
    }
}
