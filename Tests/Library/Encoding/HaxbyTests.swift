import Encoding
import Foundation
import Tensors
import Testing

/// Where the shared data are: the folder that GYRUS_DATA names, or `shared/data` beside the package.
private let dataFolder: URL? = {
    let package = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    let named = ProcessInfo.processInfo.environment["GYRUS_DATA"].map { URL(fileURLWithPath: $0) }
    let folder = (named ?? package.deletingLastPathComponent().appendingPathComponent("shared/data"))
        .appendingPathComponent("haxby2001-slice")
    return FileManager.default.fileExists(atPath: folder.path) ? folder : nil
}()

/// One slice of Haxby et al. 2001: 12 runs, 1,452 volumes, 530 voxels of the brain.
@Suite struct HaxbyTests {
    /// The recipe of the slice's README, whose figures come from numpy: mean r 0.179, maximum 0.715, 123 above 0.3.
    @Test(
        .enabled(
            if: dataFolder != nil, "the data folder haxby2001-slice is missing; set GYRUS_DATA to its parent")
    )
    func indicatorModelReachesTheReference() throws {
        let folder = try #require(dataFolder)
        let lines = try String(
            contentsOf: folder.appendingPathComponent("attributes_literal.txt"), encoding: .utf8
        )
        .split(separator: "\n").map { $0.split(separator: " ").map(String.init) }.filter { $0.count == 2 }
        let runs = try Runs(labels: lines.map { $0[1] })
        let categories = Set(lines.map { $0[0] }).subtracting(["rest", "labels"]).sorted()
        #expect(runs.count == 12 && categories.count == 8)
        let indicators = Matrix<Float>(lines.map { line in categories.map { line[0] == $0 ? 1 : 0 } })
        let x = try indicators.delayed(by: [1, 2, 3, 4], runs: runs)
        let y = try bold(in: folder).detrended(.polynomial(degree: 2), runs: runs).zScored(runs: runs)
        let fit = try Ridge(alphas: 10, folds: .leaveOneRunOut).fit(x, to: y, runs: runs)
        let r = fit.scores.r
        #expect(r.count == 530)
        #expect(abs(r.reduce(0, +) / 530 - 0.179) < 0.0005)
        #expect(abs((r.max() ?? 0) - 0.715) < 0.0005)
        #expect(r.count { $0 > 0.3 } == 123)
    }

    /// Volumes x voxels of the mask, from int16 NIfTI-1 files (352 bytes of header, x fastest).
    private func bold(in folder: URL) throws -> Matrix<Float> {
        func numbers(_ name: String) throws -> [Int16] {
            let unzip = Process()
            let output = Pipe()
            unzip.executableURL = URL(fileURLWithPath: "/bin/gzip")
            unzip.arguments = ["-dc", folder.appendingPathComponent(name).path]
            unzip.standardOutput = output
            try unzip.run()
            let bytes = output.fileHandleForReading.readDataToEndOfFile().dropFirst(352)
            return bytes.withUnsafeBytes { raw in
                (0..<raw.count / 2).map { raw.loadUnaligned(fromByteOffset: 2 * $0, as: Int16.self) }
            }
        }
        let mask = try numbers("mask.nii.gz")
        let voxels = mask.indices.filter { mask[$0] != 0 }
        let signal = try numbers("bold.nii.gz")
        let volumes = signal.count / mask.count
        return Matrix((0..<volumes).map { volume in voxels.map { Float(signal[volume * mask.count + $0]) } })
    }
}
