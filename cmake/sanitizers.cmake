# Sanitizers and coverage, for every target that is ours.
add_library(slipway_sanitize INTERFACE)
if(SLIPWAY_SANITIZE)
  target_compile_options(slipway_sanitize INTERFACE
    -fsanitize=${SLIPWAY_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer
    -g1)  # Lines, for reports. A debugger that is to show variables needs -g here.
  target_link_options(slipway_sanitize INTERFACE -fsanitize=${SLIPWAY_SANITIZE})
  if(SLIPWAY_SANITIZE MATCHES "thread")
    # Asio's fences order nothing that its own mutexes do not order for ThreadSanitizer too. By the
    # macro, protobuf's headers lay maps out in a way in which the distribution's library is not built.
    target_compile_options(slipway_sanitize INTERFACE -Wno-tsan -U__SANITIZE_THREAD__)
  endif()
  # The check of virtual tables opens a pipe, and takes for a fault that a test has used up all
  # descriptors.
  if(SLIPWAY_SANITIZE MATCHES "undefined")
    target_compile_options(slipway_sanitize INTERFACE -fno-sanitize=vptr)
  endif()
endif()
if(SLIPWAY_FUZZ)
  # The counters by which libFuzzer sees which inputs reach new code.
  target_compile_options(slipway_sanitize INTERFACE -fsanitize=fuzzer-no-link)
endif()
if(SLIPWAY_COVERAGE)
  target_compile_options(slipway_sanitize INTERFACE --coverage)
  target_link_options(slipway_sanitize INTERFACE --coverage)
endif()
