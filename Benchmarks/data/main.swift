// Reads and prepares data as a study has them, and prints how long that took and the peak of memory: one JSON object.
//
// Usage: DataBenchmark bold IMAGE MASK CONFOUNDS | DataBenchmark betas FILE VOXELS | DataBenchmark matlab FILE
import Encoding
import Formats
import Foundation
import Tables
import Tensors

func seconds(_ body: () throws -> Void) rethrows -> Double {
    let took = try ContinuousClock().measure(body)
    return Double(took.components.seconds) + Double(took.components.attoseconds) / 1e18
}

/// The most memory that the process has had, in MB; `VmHWM` of Linux.
func peakMemory() throws -> Double {
    let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM") }
    return (line?.split(separator: " ").dropFirst().first).flatMap { Double($0) }.map { $0 / 1024 } ?? .nan
}

/// The sum of the magnitudes, by which the sides can be compared.
func size(_ matrix: Matrix<Float>) -> Double {
    matrix.withUnsafeBufferPointer { $0.reduce(0) { $0 + Double(abs($1)) } }
}

let arguments = CommandLine.arguments
var result = Matrix<Float>(rows: 0, columns: 0)
var parts: [String: Double] = [:]
switch arguments[1] {
case "bold":
    var signals = result
    parts["read"] = try seconds {
        signals = try NIfTI.open(arguments[2]).voxelsByTime(mask: NIfTI.open(arguments[3]))
    }
    parts["clean"] = try seconds {
        let confounds = try DataTable.open(arguments[4]).matrix()
        result = try signals.cleaned(
            confounds: confounds, filter: .butterworth(highPass: 0.01, lowPass: 0.1, repetitionTime: 2))
    }
case "betas":
    parts["read"] = try seconds {
        let dataset = try HDF5File.open(arguments[2]).dataset("betas")
        let voxels = try NumPyArray.open(arguments[3]).integers()
        let trials = dataset.shape[0]
        result = Matrix(rows: voxels.count / 3, columns: trials)
        for index in 0..<voxels.count / 3 {
            let place = voxels[3 * index..<3 * index + 3].map { $0..<$0 + 1 }
            let values: Tensor<Float> = try dataset.tensor([0..<trials] + place)
            result.withUnsafeMutableBufferPointer { target in
                values.withUnsafeBufferPointer { values in
                    for trial in 0..<trials { target[index * trials + trial] = values[trial] }
                }
            }
        }
    }
default:
    parts["read"] = try seconds {
        let file = try MATFile.open(arguments[2])
        result = try file["examples"].matrix()
        _ = try file["meta"]["colToCoord"].matrix(as: Float.self)
        _ = try file["keySentences"].strings()
    }
}
let shown = parts.sorted { $0.key < $1.key }.map { "\"\($0.key)\": \($0.value)" }.joined(separator: ", ")
print("{\(shown), \"peak\": \(try peakMemory()), \"size\": \(size(result))}")
