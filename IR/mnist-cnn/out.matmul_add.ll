define void @kernel.out.matmul_add(ptr %arguments, i64 %begin, i64 %end) nounwind {
  %x.slot = getelementptr ptr, ptr %arguments, i64 0
  %x = load ptr, ptr %x.slot, align 8
  %w.slot = getelementptr ptr, ptr %arguments, i64 1
  %w = load ptr, ptr %w.slot, align 8
  %b.slot = getelementptr ptr, ptr %arguments, i64 2
  %b = load ptr, ptr %b.slot, align 8
  %y.slot = getelementptr ptr, ptr %arguments, i64 3
  %y = load ptr, ptr %y.slot, align 8
  call void @kernel.out.matmul_add.body(ptr %x, ptr %w, ptr %b, ptr %y, i64 %begin, i64 %end)
  ret void
}

define internal void @kernel.out.matmul_add.body(ptr noalias align 64 %x, ptr noalias align 64 %w, ptr noalias align 64 %b, ptr noalias align 64 %y, i64 %begin, i64 %end) noinline nounwind {
entry:
  %acc.0.0.cell = alloca <8 x float>
  %acc.0.1.cell = alloca <8 x float>
  %acc.1.0.cell = alloca <8 x float>
  %acc.1.1.cell = alloca <8 x float>
  %acc.2.0.cell = alloca <8 x float>
  %acc.2.1.cell = alloca <8 x float>
  %acc.3.0.cell = alloca <8 x float>
  %acc.3.1.cell = alloca <8 x float>
  %a.0.cell = alloca <8 x float>
  %a.1.cell = alloca <8 x float>
  %a.2.cell = alloca <8 x float>
  %a.3.cell = alloca <8 x float>
  call void asm sideeffect "", "r,~{memory}"(ptr %x)
  call void asm sideeffect "", "r,~{memory}"(ptr %w)
  call void asm sideeffect "", "r,~{memory}"(ptr %b)
  call void asm sideeffect "", "r,~{memory}"(ptr %y)
  br label %j.body.1
j.body.1:
  %j = phi i64 [ 0, %entry ], [ %j.next, %n.exit.4 ]
  %$5 = icmp slt i64 %begin, %end
  br i1 %$5, label %n.body.3, label %n.exit.4
n.body.3:
  %n = phi i64 [ %begin, %j.body.1 ], [ %n.next, %l.exit.7 ]
  store <8 x float> <float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000>, ptr %acc.0.0.cell
  store <8 x float> <float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000>, ptr %acc.0.1.cell
  store <8 x float> <float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000>, ptr %acc.1.0.cell
  store <8 x float> <float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000>, ptr %acc.1.1.cell
  store <8 x float> <float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000>, ptr %acc.2.0.cell
  store <8 x float> <float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000>, ptr %acc.2.1.cell
  store <8 x float> <float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000>, ptr %acc.3.0.cell
  store <8 x float> <float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000>, ptr %acc.3.1.cell
  br label %l.body.6
l.body.6:
  %l = phi i64 [ 0, %n.body.3 ], [ %l.next, %l.body.6 ]
  call void asm sideeffect "", "~{memory}"()
  store <8 x float> <float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000>, ptr %a.0.cell
  store <8 x float> <float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000>, ptr %a.1.cell
  store <8 x float> <float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000>, ptr %a.2.cell
  store <8 x float> <float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000>, ptr %a.3.cell
  %$8 = mul nsw i64 %n, 1568
  %$9 = add nsw i64 %$8, %l
  %$10 = getelementptr inbounds float, ptr %x, i64 %$9
  %$11 = load <8 x float>, ptr %$10, align 32
  store <8 x float> %$11, ptr %a.0.cell
  %$12 = getelementptr inbounds float, ptr %x, i64 %$9
  %$13 = getelementptr inbounds float, ptr %$12, i64 1568
  %$14 = load <8 x float>, ptr %$13, align 32
  store <8 x float> %$14, ptr %a.1.cell
  %$15 = getelementptr inbounds float, ptr %x, i64 %$9
  %$16 = getelementptr inbounds float, ptr %$15, i64 3136
  %$17 = load <8 x float>, ptr %$16, align 32
  store <8 x float> %$17, ptr %a.2.cell
  %$18 = getelementptr inbounds float, ptr %x, i64 %$9
  %$19 = getelementptr inbounds float, ptr %$18, i64 4704
  %$20 = load <8 x float>, ptr %$19, align 32
  store <8 x float> %$20, ptr %a.3.cell
  %$21 = mul nsw i64 %j, 1568
  %$22 = add nsw i64 %$21, %l
  %$23 = getelementptr inbounds float, ptr %w, i64 %$22
  %$24 = load <8 x float>, ptr %$23, align 32
  %$25 = load <8 x float>, ptr %a.0.cell
  %$26 = load <8 x float>, ptr %acc.0.0.cell
  %$27 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$25, <8 x float> %$24, <8 x float> %$26)
  store <8 x float> %$27, ptr %acc.0.0.cell
  %$28 = load <8 x float>, ptr %a.1.cell
  %$29 = load <8 x float>, ptr %acc.1.0.cell
  %$30 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$28, <8 x float> %$24, <8 x float> %$29)
  store <8 x float> %$30, ptr %acc.1.0.cell
  %$31 = load <8 x float>, ptr %a.2.cell
  %$32 = load <8 x float>, ptr %acc.2.0.cell
  %$33 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$31, <8 x float> %$24, <8 x float> %$32)
  store <8 x float> %$33, ptr %acc.2.0.cell
  %$34 = load <8 x float>, ptr %a.3.cell
  %$35 = load <8 x float>, ptr %acc.3.0.cell
  %$36 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$34, <8 x float> %$24, <8 x float> %$35)
  store <8 x float> %$36, ptr %acc.3.0.cell
  %$37 = getelementptr inbounds float, ptr %w, i64 %$22
  %$38 = getelementptr inbounds float, ptr %$37, i64 1568
  %$39 = load <8 x float>, ptr %$38, align 32
  %$40 = load <8 x float>, ptr %a.0.cell
  %$41 = load <8 x float>, ptr %acc.0.1.cell
  %$42 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$40, <8 x float> %$39, <8 x float> %$41)
  store <8 x float> %$42, ptr %acc.0.1.cell
  %$43 = load <8 x float>, ptr %a.1.cell
  %$44 = load <8 x float>, ptr %acc.1.1.cell
  %$45 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$43, <8 x float> %$39, <8 x float> %$44)
  store <8 x float> %$45, ptr %acc.1.1.cell
  %$46 = load <8 x float>, ptr %a.2.cell
  %$47 = load <8 x float>, ptr %acc.2.1.cell
  %$48 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$46, <8 x float> %$39, <8 x float> %$47)
  store <8 x float> %$48, ptr %acc.2.1.cell
  %$49 = load <8 x float>, ptr %a.3.cell
  %$50 = load <8 x float>, ptr %acc.3.1.cell
  %$51 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$49, <8 x float> %$39, <8 x float> %$50)
  store <8 x float> %$51, ptr %acc.3.1.cell
  %l.next = add nuw nsw i64 %l, 8
  %$52 = icmp slt i64 %l.next, 1568
  br i1 %$52, label %l.body.6, label %l.exit.7
l.exit.7:
  %$53 = load <8 x float>, ptr %acc.0.0.cell
  %$54 = shufflevector <8 x float> %$53, <8 x float> %$53, <4 x i32> <i32 0, i32 1, i32 2, i32 3>
  %$55 = shufflevector <8 x float> %$53, <8 x float> %$53, <4 x i32> <i32 4, i32 5, i32 6, i32 7>
  %$56 = fadd <4 x float> %$54, %$55
  %$57 = shufflevector <4 x float> %$56, <4 x float> %$56, <2 x i32> <i32 0, i32 1>
  %$58 = shufflevector <4 x float> %$56, <4 x float> %$56, <2 x i32> <i32 2, i32 3>
  %$59 = fadd <2 x float> %$57, %$58
  %$60 = extractelement <2 x float> %$59, i32 0
  %$61 = extractelement <2 x float> %$59, i32 1
  %$62 = fadd float %$60, %$61
  %$63 = getelementptr inbounds float, ptr %b, i64 %j
  %$64 = load float, ptr %$63, align 8
  %$65 = fadd float %$62, %$64
  %$66 = mul nsw i64 %n, 10
  %$67 = add nsw i64 %$66, %j
  %$68 = getelementptr inbounds float, ptr %y, i64 %$67
  store float %$65, ptr %$68, align 8
  %$69 = load <8 x float>, ptr %acc.1.0.cell
  %$70 = shufflevector <8 x float> %$69, <8 x float> %$69, <4 x i32> <i32 0, i32 1, i32 2, i32 3>
  %$71 = shufflevector <8 x float> %$69, <8 x float> %$69, <4 x i32> <i32 4, i32 5, i32 6, i32 7>
  %$72 = fadd <4 x float> %$70, %$71
  %$73 = shufflevector <4 x float> %$72, <4 x float> %$72, <2 x i32> <i32 0, i32 1>
  %$74 = shufflevector <4 x float> %$72, <4 x float> %$72, <2 x i32> <i32 2, i32 3>
  %$75 = fadd <2 x float> %$73, %$74
  %$76 = extractelement <2 x float> %$75, i32 0
  %$77 = extractelement <2 x float> %$75, i32 1
  %$78 = fadd float %$76, %$77
  %$79 = getelementptr inbounds float, ptr %b, i64 %j
  %$80 = load float, ptr %$79, align 8
  %$81 = fadd float %$78, %$80
  %$82 = getelementptr inbounds float, ptr %y, i64 %$67
  %$83 = getelementptr inbounds float, ptr %$82, i64 10
  store float %$81, ptr %$83, align 8
  %$84 = load <8 x float>, ptr %acc.2.0.cell
  %$85 = shufflevector <8 x float> %$84, <8 x float> %$84, <4 x i32> <i32 0, i32 1, i32 2, i32 3>
  %$86 = shufflevector <8 x float> %$84, <8 x float> %$84, <4 x i32> <i32 4, i32 5, i32 6, i32 7>
  %$87 = fadd <4 x float> %$85, %$86
  %$88 = shufflevector <4 x float> %$87, <4 x float> %$87, <2 x i32> <i32 0, i32 1>
  %$89 = shufflevector <4 x float> %$87, <4 x float> %$87, <2 x i32> <i32 2, i32 3>
  %$90 = fadd <2 x float> %$88, %$89
  %$91 = extractelement <2 x float> %$90, i32 0
  %$92 = extractelement <2 x float> %$90, i32 1
  %$93 = fadd float %$91, %$92
  %$94 = getelementptr inbounds float, ptr %b, i64 %j
  %$95 = load float, ptr %$94, align 8
  %$96 = fadd float %$93, %$95
  %$97 = getelementptr inbounds float, ptr %y, i64 %$67
  %$98 = getelementptr inbounds float, ptr %$97, i64 20
  store float %$96, ptr %$98, align 8
  %$99 = load <8 x float>, ptr %acc.3.0.cell
  %$100 = shufflevector <8 x float> %$99, <8 x float> %$99, <4 x i32> <i32 0, i32 1, i32 2, i32 3>
  %$101 = shufflevector <8 x float> %$99, <8 x float> %$99, <4 x i32> <i32 4, i32 5, i32 6, i32 7>
  %$102 = fadd <4 x float> %$100, %$101
  %$103 = shufflevector <4 x float> %$102, <4 x float> %$102, <2 x i32> <i32 0, i32 1>
  %$104 = shufflevector <4 x float> %$102, <4 x float> %$102, <2 x i32> <i32 2, i32 3>
  %$105 = fadd <2 x float> %$103, %$104
  %$106 = extractelement <2 x float> %$105, i32 0
  %$107 = extractelement <2 x float> %$105, i32 1
  %$108 = fadd float %$106, %$107
  %$109 = getelementptr inbounds float, ptr %b, i64 %j
  %$110 = load float, ptr %$109, align 8
  %$111 = fadd float %$108, %$110
  %$112 = getelementptr inbounds float, ptr %y, i64 %$67
  %$113 = getelementptr inbounds float, ptr %$112, i64 30
  store float %$111, ptr %$113, align 8
  %$114 = load <8 x float>, ptr %acc.0.1.cell
  %$115 = shufflevector <8 x float> %$114, <8 x float> %$114, <4 x i32> <i32 0, i32 1, i32 2, i32 3>
  %$116 = shufflevector <8 x float> %$114, <8 x float> %$114, <4 x i32> <i32 4, i32 5, i32 6, i32 7>
  %$117 = fadd <4 x float> %$115, %$116
  %$118 = shufflevector <4 x float> %$117, <4 x float> %$117, <2 x i32> <i32 0, i32 1>
  %$119 = shufflevector <4 x float> %$117, <4 x float> %$117, <2 x i32> <i32 2, i32 3>
  %$120 = fadd <2 x float> %$118, %$119
  %$121 = extractelement <2 x float> %$120, i32 0
  %$122 = extractelement <2 x float> %$120, i32 1
  %$123 = fadd float %$121, %$122
  %$124 = getelementptr inbounds float, ptr %b, i64 %j
  %$125 = getelementptr inbounds float, ptr %$124, i64 1
  %$126 = load float, ptr %$125, align 4
  %$127 = fadd float %$123, %$126
  %$128 = getelementptr inbounds float, ptr %y, i64 %$67
  %$129 = getelementptr inbounds float, ptr %$128, i64 1
  store float %$127, ptr %$129, align 4
  %$130 = load <8 x float>, ptr %acc.1.1.cell
  %$131 = shufflevector <8 x float> %$130, <8 x float> %$130, <4 x i32> <i32 0, i32 1, i32 2, i32 3>
  %$132 = shufflevector <8 x float> %$130, <8 x float> %$130, <4 x i32> <i32 4, i32 5, i32 6, i32 7>
  %$133 = fadd <4 x float> %$131, %$132
  %$134 = shufflevector <4 x float> %$133, <4 x float> %$133, <2 x i32> <i32 0, i32 1>
  %$135 = shufflevector <4 x float> %$133, <4 x float> %$133, <2 x i32> <i32 2, i32 3>
  %$136 = fadd <2 x float> %$134, %$135
  %$137 = extractelement <2 x float> %$136, i32 0
  %$138 = extractelement <2 x float> %$136, i32 1
  %$139 = fadd float %$137, %$138
  %$140 = getelementptr inbounds float, ptr %b, i64 %j
  %$141 = getelementptr inbounds float, ptr %$140, i64 1
  %$142 = load float, ptr %$141, align 4
  %$143 = fadd float %$139, %$142
  %$144 = getelementptr inbounds float, ptr %y, i64 %$67
  %$145 = getelementptr inbounds float, ptr %$144, i64 11
  store float %$143, ptr %$145, align 4
  %$146 = load <8 x float>, ptr %acc.2.1.cell
  %$147 = shufflevector <8 x float> %$146, <8 x float> %$146, <4 x i32> <i32 0, i32 1, i32 2, i32 3>
  %$148 = shufflevector <8 x float> %$146, <8 x float> %$146, <4 x i32> <i32 4, i32 5, i32 6, i32 7>
  %$149 = fadd <4 x float> %$147, %$148
  %$150 = shufflevector <4 x float> %$149, <4 x float> %$149, <2 x i32> <i32 0, i32 1>
  %$151 = shufflevector <4 x float> %$149, <4 x float> %$149, <2 x i32> <i32 2, i32 3>
  %$152 = fadd <2 x float> %$150, %$151
  %$153 = extractelement <2 x float> %$152, i32 0
  %$154 = extractelement <2 x float> %$152, i32 1
  %$155 = fadd float %$153, %$154
  %$156 = getelementptr inbounds float, ptr %b, i64 %j
  %$157 = getelementptr inbounds float, ptr %$156, i64 1
  %$158 = load float, ptr %$157, align 4
  %$159 = fadd float %$155, %$158
  %$160 = getelementptr inbounds float, ptr %y, i64 %$67
  %$161 = getelementptr inbounds float, ptr %$160, i64 21
  store float %$159, ptr %$161, align 4
  %$162 = load <8 x float>, ptr %acc.3.1.cell
  %$163 = shufflevector <8 x float> %$162, <8 x float> %$162, <4 x i32> <i32 0, i32 1, i32 2, i32 3>
  %$164 = shufflevector <8 x float> %$162, <8 x float> %$162, <4 x i32> <i32 4, i32 5, i32 6, i32 7>
  %$165 = fadd <4 x float> %$163, %$164
  %$166 = shufflevector <4 x float> %$165, <4 x float> %$165, <2 x i32> <i32 0, i32 1>
  %$167 = shufflevector <4 x float> %$165, <4 x float> %$165, <2 x i32> <i32 2, i32 3>
  %$168 = fadd <2 x float> %$166, %$167
  %$169 = extractelement <2 x float> %$168, i32 0
  %$170 = extractelement <2 x float> %$168, i32 1
  %$171 = fadd float %$169, %$170
  %$172 = getelementptr inbounds float, ptr %b, i64 %j
  %$173 = getelementptr inbounds float, ptr %$172, i64 1
  %$174 = load float, ptr %$173, align 4
  %$175 = fadd float %$171, %$174
  %$176 = getelementptr inbounds float, ptr %y, i64 %$67
  %$177 = getelementptr inbounds float, ptr %$176, i64 31
  store float %$175, ptr %$177, align 4
  %n.next = add nuw nsw i64 %n, 4
  %$178 = icmp slt i64 %n.next, %end
  br i1 %$178, label %n.body.3, label %n.exit.4
n.exit.4:
  %j.next = add nuw nsw i64 %j, 2
  %$179 = icmp slt i64 %j.next, 10
  br i1 %$179, label %j.body.1, label %j.exit.2
j.exit.2:
  ret void
}

declare <8 x float> @llvm.fma.v8f32(<8 x float>, <8 x float>, <8 x float>)
