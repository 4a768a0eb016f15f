import Foundation
import FoundationModels
import Tensors
import Training

/// What run.py asks for: a line of JSON.
struct Request: Decodable {
    let `case`: String
    let batch: Int
    let steps: Int
}

func transformer(
    _ width: Int, _ depth: Int, _ heads: Int, _ activation: TransformerConfiguration.Activation,
    _ order: TransformerConfiguration.NormOrder
) -> TransformerConfiguration {
    TransformerConfiguration(
        width: width, depth: depth, heads: heads, feedForwardWidth: 4 * width, activation: activation,
        epsilon: 1e-6, normOrder: order)
}

let models: [String: (TwoTowerConfiguration, lengths: ClosedRange<Int>)] = [
    "mini": (
        TwoTowerConfiguration(
            image: ImageTowerConfiguration(
                imageSize: 64,
                stem: [
                    .init(size: 5, stride: 4, padding: 2, channels: 32),
                    .init(size: 3, stride: 2, padding: 1, channels: 64),
                    .init(size: 3, stride: 2, padding: 1, channels: 96),
                ], transformer: transformer(96, 3, 3, .geluTanh, .before)),
            text: TextTowerConfiguration(
                vocabulary: 123, positions: 40, transformer: transformer(96, 2, 3, .geluTanh, .after)),
            embeddingWidth: 128), 8...24
    ),
    "ViT-S/16 + BERT-small": (
        TwoTowerConfiguration(
            image: ImageTowerConfiguration(
                imageSize: 224, stem: [.init(size: 16, stride: 16, channels: 384)],
                transformer: transformer(384, 12, 6, .gelu, .before)),
            text: TextTowerConfiguration(
                vocabulary: 30522, positions: 64, transformer: transformer(512, 4, 8, .gelu, .after)),
            embeddingWidth: 128), 16...48
    ),
]

/// The most memory that the process has had, in MB.
func peakMemory() -> Int {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") } ?? ""
    return line.split(separator: " ").compactMap { Int($0) }.first.map { $0 / 1024 } ?? 0
}

if let count = ProcessInfo.processInfo.environment["OMP_NUM_THREADS"].flatMap({ Int($0) }) {
    threadCount = count
}
while let line = readLine() {
    let request = try JSONDecoder().decode(Request.self, from: Data(line.utf8))
    guard let (model, lengths) = models[request.case] else { fatalError("no case \(request.case)") }
    let trainer = try ContrastiveTrainer(
        model, options: TrainingOptions(schedule: TrainingSchedule(peak: 1e-4, warmUp: 0, steps: 1000)))
    let side = model.image.imageSize
    let images = try ImageBatch(
        side: side,
        pixels: (0..<request.batch * side * side * 3).map {
            UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 7)
        })
    let texts = try TokenBatch(
        (0..<request.batch).map { text in
            (0..<lengths.lowerBound + text % lengths.count).map {
                Int32((text * 7919 + $0 * 104_729) % model.text.vocabulary)
            }
        })
    for _ in 0..<2 { try trainer.step(images: images, texts: texts) }
    var (wall, processor) = (Double.infinity, Double.infinity)
    for _ in 0..<request.steps {
        let (start, used) = (DispatchTime.now().uptimeNanoseconds, clock())
        try trainer.step(images: images, texts: texts)
        wall = min(wall, Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9)
        processor = min(processor, Double(clock() - used) / 1e6)
    }
    let pairs = Double(request.batch)
    print("{\"wall\": \(pairs / wall), \"processor\": \(pairs / processor), \"memory\": \(peakMemory())}")
}
