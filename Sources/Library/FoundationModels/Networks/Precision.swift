internal import COneDNN
import Tensors

/// The numbers that the products of a transformer's blocks are made of.
///
/// In bfloat16, weights and what is multiplied by them are rounded to 8 bits of precision, with the range of `Float`;
/// every sum, the states of the tokens, normalizations and the attention stay `Float`. It is about twice as fast if
/// the processor can (`isSupported`), takes half the memory for weights, and turns the vector of a layer by little: its
/// cosine with that of `float32` is above 0.999.
public enum Precision: String, Sendable, CaseIterable, Codable {
    case float32
    case bfloat16

    /// Whether the processor multiplies these numbers: bfloat16 needs AVX-512 BF16 or AMX.
    ///
    /// oneDNN is asked, which would make do with slow products elsewhere, and which heeds `ONEDNN_MAX_CPU_ISA`.
    public var isSupported: Bool {
        switch self {
        case .float32: return true
        case .bfloat16:
            let needed = dnnl_cpu_isa_avx512_core_bf16.rawValue
            return dnnl_get_effective_cpu_isa().rawValue & needed == needed
        }
    }

    /// Throws `FoundationModelError.input` if the processor cannot.
    func check() throws {
        if isSupported { return }
        throw FoundationModelError.input(
            "\(rawValue) was asked for, and this processor has no products of it (AVX-512 BF16 or AMX, as far as "
                + "oneDNN uses them); load the model without `precision`, in float32")
    }
}

extension ProductRows {
    /// What its numbers are.
    var precision: Precision {
        switch self {
        case .float32: .float32
        case .bfloat16: .bfloat16
        }
    }

    /// Where they are.
    var base: UnsafeMutableRawPointer {
        switch self {
        case .float32(let base): UnsafeMutableRawPointer(base)
        case .bfloat16(let base): base
        }
    }
}
