internal import CKernelLevels
import Display
import Formats
import Foundation
internal import RunnerProtocol
import Tensors

/// What a result was computed with: the versions of the software, the machine, and the files that were read.
///
/// ```swift
/// Gyrus.environment                       // shows itself
/// Gyrus.environment.files.map(\.sha256)   // the hash of each file that this session has opened
/// ```
///
/// A notebook that is executed holds the versions in its metadata (`language_info.gyrus`), and the files in the metadata
/// of the first output after they were opened (`gyrus.files`). Neither times, nor the machine's name, nor paths outside
/// of the working folder are in it, so that it is the same at each run.
public struct GyrusEnvironment: Sendable, Equatable, Codable {
    /// The version of Gyrus.
    public let gyrus: String
    /// The compiler of the cells, as it names itself; nil in a program that runs outside of a notebook.
    public let swift: String?
    /// The operating system and the architecture.
    public let operatingSystem: String
    /// The processor by its maker's name, where the system tells it.
    public let processor: String?
    /// The instruction set that Gyrus's own kernels use (`x86-64-v3`).
    public let instructionSet: String
    /// How many threads products, factorizations and kernels use.
    public let threads: Int
    /// The library that multiplies matrices.
    public let blas: String
    /// The files that were opened for reading so far, by path; more than 20 of one folder are one record.
    public let files: [FileRecord]
}

/// What this session computes with. Files that were not hashed yet are hashed now, about a second per gigabyte.
public var environment: GyrusEnvironment {
    GyrusEnvironment(
        gyrus: GyrusVersion.number,
        swift: ProcessInfo.processInfo.environment[Machine.swiftVariable],
        operatingSystem: Machine.operatingSystem, processor: Machine.processor,
        instructionSet: String(cString: kernel_level_name(kernel_level_in_use())),
        threads: threadCount, blas: blasLibrary, files: OpenedFiles.shared.records())
}

extension GyrusEnvironment: Displayable, CustomStringConvertible {
    /// A card of the versions, and a line for each file.
    public var mimeBundle: MIMEBundle {
        let versions = [
            ("Gyrus", gyrus), ("Swift", swift ?? "not told outside of a notebook"),
            ("system", operatingSystem),
            ("processor", processor ?? "not told by the system"),
            ("instruction set", instructionSet), ("threads", "\(threads)"), ("BLAS", blas),
        ]
        let card = Table(title: "Environment", header: [], rows: versions.map { [$0.0, $0.1] })
        guard !files.isEmpty else { return card.mimeBundle }
        let list = Table(
            "Files",
            [
                .text("path", files.map(\.path)), .counts("bytes", files.map(\.bytes)),
                .text("SHA-256", files.map { $0.sha256 ?? "changed since it was opened" }),
            ])
        return .stacked([card.mimeBundle, list.mimeBundle])
    }
}
